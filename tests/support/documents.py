"""The blocks of commands in the documents, and how each of them is run.

A block is one of
  run here           no mark: tests/e2e/documents_test.py runs it, with a weixinsim and a weixind of its own; only in RUN_HERE
  <!-- run: ... -->  scripts/fresh-machine-document runs it in a Debian of its own
  <!-- run in a checkout: TEST -->  the test that is named runs the same
  *Not run by a test: WHY.*        nobody runs it, and its reader is told; a comment, which only its writer would see, is refused
What is no command has a language, such as ```json or ```text. Standard library only.
"""
import pathlib
import re
import shlex
import subprocess
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parents[2]
# Inline commands of the runbook are run there, too, but for these.
RUNBOOK_NOT_RUN = {"weixinctl backup": "names the command; the one with a FILE is run"}
RUN_HERE = ("README.md", "README.zh-CN.md", "deploy/prometheus/README.md", "docs/admin-api.md", "docs/console.md", "docs/operating.md",
            "simulator/README.md")


@dataclass(frozen=True)
class Block:
    document: str
    line: int
    heading: str
    mark: str      # what the comment or the sentence before it says
    language: str
    text: str

    @property
    def is_of_commands(self):
        return self.language in ("", "sh")

    @property
    def is_transcript(self):
        """Commands behind a prompt, and what they answer."""
        return self.text.startswith("$ ")

    def __str__(self):
        return f"{self.document}:{self.line}: {self.text.splitlines()[0]}"


def documents():
    """Every document of the repository; of a source archive: every one that is there."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "*.md"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            check=False)
    names = listed.stdout.decode().split("\0") if listed.returncode == 0 else [
        p.relative_to(ROOT).as_posix() for p in ROOT.rglob("*.md")
        if not {"build", "node_modules"} & set(p.relative_to(ROOT).parts)]
    return sorted(filter(None, names))


def blocks(document):
    """Every block of the document, whatever is in it."""
    return blocks_of(document, (ROOT / document).read_text(encoding="utf-8"))


def blocks_of(document, text):
    found, heading, mark, begun = [], "", "", None
    for number, line in enumerate(text.splitlines(), 1):
        if begun is not None:
            if line == "```":
                at, language, lines = begun
                found.append(Block(document, at, heading, mark, language, "\n".join(lines)))
                mark, begun = "", None
            else:
                begun[2].append(line)
        elif match := re.match(r"^<!-- (.*) -->$", line):
            mark = match[1]
            if mark.startswith("not run"):
                raise ValueError(f"{document}:{number}: say it to the reader: *Not run by a test: WHY.*")
        elif match := re.match(r"^\*Not run by a test: (.*)\.\*$", line):
            mark = f"not run: {match[1]}"
        elif line.startswith("```"):
            begun = (number, line[3:], [])
        elif match := re.match(r"^#+ (.*)$", line):
            heading = match[1]
    return found


def blocks_of_commands(document):
    return [b for b in blocks(document) if b.is_of_commands]


def inline_commands(text):
    """What is asked of our programs within sentences, each once and on one line."""
    prose = re.sub(r"(?ms)^```.*?^```$", "", text)
    return list(dict.fromkeys(" ".join(code.split()) for code in re.findall(r"`(weixin(?:d|ctl|sim)\s[^`|]+)`", prose)))


def examples(page):
    """The lines of the examples of a manual page."""
    text = (ROOT / "docs/man" / page).read_text(encoding="utf-8").partition("\n.Sh EXAMPLES\n")[2].partition("\n.Sh ")[0]
    lines = [line for block in re.findall(r"(?ms)^\.Bd .*?\n(.*?)^\.Ed$", text) for line in block.splitlines()]
    return lines + re.findall(r"(?m)^\.Dl (.*)$", text)


def logical_lines(text):
    """The commands of a shell text, each with its continued lines and its here-document."""
    found, lines = [], iter(text.splitlines())
    for line in lines:
        while line.endswith("\\"):
            line += "\n" + next(lines)
        if end := re.search(r"<<'?(\w+)'?$", line):
            for more in lines:
                line += "\n" + more
                if more == end[1]:
                    break
        if line.strip() and not line.lstrip().startswith("#"):
            found.append(line)
    return found


def words(line):
    """The words of a command; comments and redirections left out."""
    return shlex.split(line.replace("\\\n", " ").partition("\n")[0], comments=True)
