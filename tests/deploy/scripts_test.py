#!/usr/bin/env python3
"""The scripts around package and machine tell a mistake at once, before they build, install or delete anything."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "scripts/package"
MACHINE = ROOT / "scripts/fresh-machine"


def run(*command):
    return subprocess.run([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=60, check=False)


class Scripts(unittest.TestCase):
    def refused(self, code, words, *command):
        answer = run(*command)
        self.assertEqual((answer.returncode, answer.stdout), (code, ""), answer)
        self.assertIn(words, answer.stderr)

    def test_an_unknown_option_is_named(self):
        for script in (PACKAGE, MACHINE):
            self.refused(2, "'--bogus'", script, "--bogus")

    def test_a_revision_is_a_number(self):
        for revision in ("0", "-1", "1; true", "one", "10000", ""):
            answer = run(PACKAGE, "--revision", revision)
            self.assertNotEqual(answer.returncode, 0, revision)
            self.assertRegex(answer.stderr, "revision", revision)

    def test_files_that_are_not_there_are_named(self):
        with tempfile.TemporaryDirectory() as directory:
            missing = os.path.join(directory, "missing.deb")
            for option in ("--package", "--image", "--document", "--base"):
                self.refused(1, "missing.deb", MACHINE, option, missing)

    def test_options_that_the_help_tells_are_those_that_there_are(self):
        for script in (PACKAGE, MACHINE):
            told = set(re.findall(r"--[a-z]+", run(script, "--help").stdout))
            known = set(re.findall(r"^ +(--[a-z]+)\)", script.read_text(encoding="utf-8"), re.MULTILINE))
            self.assertEqual((told & known) | {"--help"}, known, script.name)

    def test_completions_want_a_program_and_a_place(self):
        self.refused(2, "scripts/make-completions PROGRAM DIRECTORY", ROOT / "scripts/make-completions")


if __name__ == "__main__":
    unittest.main()
