#!/usr/bin/env python3
"""Commands in docs/installation.md and docs/security.md: each is run by a test, or says why none can run it."""
import os
import pathlib
import re
import shlex
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import program_help  # noqa: E402

BIN = pathlib.Path(os.environ.get("WEIXIN_BIN_DIR", ROOT / "build/release/bin")).resolve()
DOCUMENTS = ("docs/installation.md", "docs/security.md")
# What scripts/fresh-machine-document understands.
RUN = {"first", "weixind works", "weixind stands still", "again"}


def blocks(document):
    """(the comment before it, its text) of every block of commands."""
    found, comment, block = [], "", None
    for line in (ROOT / document).read_text(encoding="utf-8").splitlines():
        if block is not None:
            if line == "```":
                found.append((comment, "\n".join(block)))
                comment, block = "", None
            else:
                block.append(line)
        elif match := re.match(r"^<!-- (.*) -->$", line):
            comment = match[1]
        elif line.startswith("```"):
            block = []
    return found


def commands(block):
    """The commands of a block as words; comments and redirections left out."""
    text = re.sub(r"\\\n\s*", "", block)
    return [words for line in text.splitlines() if (words := shlex.split(line, comments=True))]


class Documents(unittest.TestCase):
    def test_every_block_is_run_or_says_why_not(self):
        for document in DOCUMENTS:
            for comment, block in blocks(document):
                kind, _, rest = comment.partition(": ")
                self.assertIn(kind, ("run", "run in a checkout", "not run"), f"{document}:\n{block}")
                self.assertTrue(rest, block)
                if kind == "run":
                    self.assertIn(rest, RUN)

    def test_most_of_the_installation_is_run(self):
        found = blocks("docs/installation.md")
        run = [comment for comment, _ in found if comment.startswith("run")]
        self.assertGreater(len(run), 10)
        self.assertGreater(len(run), len(found) / 2)

    def test_blocks_that_are_run_come_to_their_test(self):
        test = (ROOT / "tests/system/package_test.py").read_text(encoding="utf-8")
        for document in DOCUMENTS:
            if any(comment.startswith("run: ") for comment, _ in blocks(document)):
                self.assertIn(f'"{document}"', test)

    def test_commands_of_a_checkout_are_in_the_test_that_they_name(self):
        for document in DOCUMENTS:
            for comment, block in blocks(document):
                if not comment.startswith("run in a checkout: "):
                    continue
                test = (ROOT / comment.partition(": ")[2]).read_text(encoding="utf-8")
                for words in commands(block):
                    self.assertTrue((ROOT / words[0]).exists(), words[0])
                    for word in words[:2] if words[0] != "scripts/install-deps" else []:
                        if word.startswith(("scripts/", "--")):
                            self.assertIn(f'"{word}"', test, words)

    def test_what_weixin_s_programs_are_asked_they_understand(self):
        seen = 0
        programs = {name: program_help.read(BIN / name) for name in ("weixind", "weixinctl", "weixinsim")}
        for document in DOCUMENTS:
            for _, block in blocks(document):
                for words in commands(block):
                    for place, word in enumerate(words):
                        # Elsewhere such a word is a user, a service or a package.
                        called = place == 0 or words[place - 1] == "--" or words[max(place - 2, 0)] == "exec"
                        if word not in programs or not called:
                            continue
                        arguments = words[place + 1:]
                        command = programs[words[place]]
                        options = command.option_names()
                        while arguments and arguments[0] in command.commands:
                            command = command.commands[arguments.pop(0)]
                            options |= command.option_names()
                        self.assertFalse(command.commands and command.path, words)
                        for word in arguments:
                            if word.startswith("-") and word != "--":
                                self.assertIn(word, options, words)
                        seen += 1
        self.assertGreater(seen, 10)

    def test_scripts_that_they_name_exist_and_have_the_options(self):
        for document in DOCUMENTS:
            for _, block in blocks(document):
                for words in commands(block):
                    if words[0].startswith("scripts/"):
                        text = (ROOT / words[0]).read_text(encoding="utf-8")
                        for word in words[1:]:
                            if word.startswith("--"):
                                self.assertIn(word + ")", text, words)


if __name__ == "__main__":
    unittest.main()
