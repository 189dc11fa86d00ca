#!/usr/bin/env python3
"""The manual pages say what the programs say: every verb, option and key, and none that does not exist."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "tests/support"))

import program_help  # noqa: E402
from documents import examples  # noqa: E402

BIN = pathlib.Path(os.environ.get("WEIXIN_BIN_DIR", ROOT / "build/release/bin")).resolve()
PAGES = sorted((ROOT / "docs/man").glob("*.[1-8]"))
GLOBAL = {"-h", "--help"}  # said once for the whole program


def page(name):
    return (ROOT / "docs/man" / name).read_text(encoding="utf-8")


def option_names(line):
    """`.It Fl o , Fl Fl output Ar format` -> {-o, --output}"""
    long = set(re.findall(r"\bFl Fl (\S+)", line))
    short = set(re.findall(r"\bFl (?!Fl )(\S+)", re.sub(r"\bFl Fl \S+", "", line)))
    return {"--" + name for name in long} | {"-" + name for name in short}


def documented(text):
    """What a page names: {(): options, ("account", "add"): options, ...} and the names of the arguments."""
    options, arguments, path = {(): set()}, {}, ()
    for line in text.splitlines():
        if line.startswith(".Sh "):
            path = ()
        elif match := re.match(r"^\.Ss ((?:[a-z][a-z-]* ?)+)(.*)$", line):
            path = tuple(match[1].split())
            options[path] = set()
            arguments[path] = [name.removesuffix("...") for name in re.findall(r"\bAr (\S+)", match[2])]
        elif line.startswith(".It Fl "):
            options[path] |= option_names(line)
    return options, arguments


def heading(name):
    return re.sub(r"\\&", "", name)


def keys_of_page():
    """{table: {key: default or None}} of weixind.toml(5)."""
    found, table = {"": {}}, ""
    for line in page("weixind.toml.5").splitlines():
        if match := re.match(r"^\.Ss \[+([\w.]+)\]+", line):
            table = match[1]
            found[table] = {}
        elif line.startswith(".Sh "):
            table = ""
        elif match := re.match(r"^\.It Ic (\w+)(?: = (.*))?$", line):
            found[table][match[1]] = match[2].replace(r"\(dq", '"') if match[2] else None
    return found


def keys_of_shipped_file():
    """The same of deploy/weixind.toml; what is commented out is an example, and has no default."""
    found, table = {"": {}}, ""
    for line in (ROOT / "deploy/weixind.toml").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"^#?\[+([\w.]+)\]+$", line):
            table = re.sub(r"^bots\.\w+", "bots.NAME", match[1])
            found.setdefault(table, {})
        elif match := re.match(r"^(#?)(\w+) = (.*)$", line):
            found[table].setdefault(match[2], None if match[1] else match[3])
    return found


class Manual(unittest.TestCase):
    def assert_same_options(self, name, program):
        options, _ = documented(page(name))
        command = program_help.read(BIN / program)
        self.assertEqual(options, {(): command.option_names()})

    def test_pages_are_well_formed(self):
        self.assertEqual([p.name for p in PAGES], ["weixinctl.1", "weixind.8", "weixind.toml.5", "weixinsim.1"])
        for path in PAGES:
            lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", path.name], cwd=path.parent, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            self.assertEqual(lint.returncode, 0, lint.stdout)

    def test_pages_refer_to_pages_that_exist(self):
        ours = {(p.name.rpartition(".")[0], p.suffix[1:]) for p in PAGES}
        for path in PAGES:
            for name, section in re.findall(r"\.Xr (\S+) (\d)", path.read_text(encoding="utf-8")):
                self.assertTrue(not name.startswith("weixin") or (name, section) in ours, f"{path.name}: {name}({section})")

    def test_weixind_has_the_documented_options(self):
        self.assert_same_options("weixind.8", "weixind")

    def test_weixinsim_has_the_documented_options(self):
        self.assert_same_options("weixinsim.1", "weixinsim")

    def test_weixinctl_has_the_documented_verbs_with_their_options(self):
        options, _ = documented(page("weixinctl.1"))
        program = program_help.read(BIN / "weixinctl")
        verbs = {c.path: c.option_names() - (GLOBAL if c.path else set()) for c in program.all() if not c.commands or not c.path}
        self.assertGreater(len(verbs), 20)
        self.assertEqual(options, verbs)

    def test_weixinctl_takes_the_documented_arguments(self):
        _, arguments = documented(page("weixinctl.1"))
        program = program_help.read(BIN / "weixinctl")
        self.assertEqual(arguments, {c.path: [p.name for p in c.positionals] for c in program.all() if c.path and not c.commands})

    def test_exit_codes_are_those_that_weixinctl_tells(self):
        told = subprocess.run([str(BIN / "weixinctl"), "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
        told = re.search(r"^Exit codes: (.*)\.$", told, re.MULTILINE)[1]
        status = page("weixinctl.1").partition(".Sh EXIT STATUS")[2].partition(".Sh ")[0]
        self.assertEqual(re.findall(r"^\.It (\d+)$", status, re.MULTILINE), re.findall(r"\b\d+\b", told))

    def test_exit_codes_are_those_that_weixind_tells(self):
        told = subprocess.run([str(BIN / "weixind"), "--help"], stdout=subprocess.PIPE, text=True, check=True).stdout
        told = re.search(r"^Exit codes: (.*?)\.$", told, re.MULTILINE | re.DOTALL)[1]
        status = page("weixind.8").partition(".Sh EXIT STATUS")[2].partition(".Sh ")[0]
        # 1 is what everything that has no code of its own ends with.
        self.assertEqual(set(re.findall(r"^\.It (\d+)$", status, re.MULTILINE)), set(re.findall(r"\b\d+\b", told)) | {"1"})

    def test_every_key_of_the_configuration_has_its_place(self):
        shipped = keys_of_shipped_file()
        self.assertGreater(sum(map(len, shipped.values())), 40)
        self.assertEqual({t: set(keys) for t, keys in keys_of_page().items()}, {t: set(keys) for t, keys in shipped.items()})

    def test_defaults_are_those_of_the_shipped_file(self):
        shipped = keys_of_shipped_file()
        told = {(t, k): v for t, keys in keys_of_page().items() for k, v in keys.items() if v is not None}
        self.assertEqual({place: value for place, value in told.items() if shipped[place[0]][place[1]] is not None},
                         {(t, k): v for t, keys in shipped.items() for k, v in keys.items()
                          if v is not None and k != "user_agent"})

    def test_the_example_of_a_configuration_is_one(self):
        with tempfile.NamedTemporaryFile("w", suffix=".toml", encoding="utf-8") as file:
            file.write("\n".join(examples("weixind.toml.5")))
            file.flush()
            checked = subprocess.run([str(BIN / "weixind"), "--check-config", "--config", file.name], text=True,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        self.assertEqual(checked.returncode, 0, checked.stdout)
        self.assertIn("[bots.faq]", examples("weixind.toml.5"))

    def test_a_key_that_the_page_forgets_would_be_noticed(self):
        self.assertNotIn("no_such_key", keys_of_page()["admin"])
        self.assertEqual(keys_of_page()["admin"]["requests_per_second"], "50")


if __name__ == "__main__":
    unittest.main()
