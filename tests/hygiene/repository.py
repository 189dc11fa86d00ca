"""The files of the repository, for the tests that look at all of them."""
import pathlib
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]


def files():
    """Every file that is, or is about to be, part of the repository; of a source archive: every file."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    if listed.returncode == 0:
        paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        paths = [p for p in ROOT.rglob("*")
                 if not {"build", ".git", "__pycache__", "node_modules"} & set(p.relative_to(ROOT).parts)]
    return sorted(p for p in paths if p.is_file() and not p.is_symlink())


def text_of(path):
    """The text of a file, None when it is no text."""
    data = path.read_bytes()
    if b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def name_of(path):
    return path.relative_to(ROOT).as_posix()


def lines_with(pattern, paths, allowed=()):
    """`file:line: text` for every line that the compiled pattern finds, except in the allowed files."""
    found = []
    for path in paths:
        if name_of(path) in allowed:
            continue
        text = text_of(path)
        for number, line in enumerate((text or "").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{name_of(path)}:{number}: {line.strip()[:100]}")
    return found
