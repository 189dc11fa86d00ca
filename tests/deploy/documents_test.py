#!/usr/bin/env python3
"""Commands in the documents: each is run by a test, or says why none can run it. What they ask of the programs, these understand."""
import os
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))
sys.path.insert(0, str(ROOT / "tests/support"))

import program_help  # noqa: E402
from documents import RUN_HERE, blocks_of, blocks_of_commands, documents, examples, inline_commands, logical_lines, words  # noqa: E402

BIN = pathlib.Path(os.environ.get("WEIXIN_BIN_DIR", ROOT / "build/release/bin")).resolve()
# What scripts/fresh-machine-document understands.
RUN = {"first", "weixind works", "weixind stands still", "again"}
ALL = [block for document in documents() for block in blocks_of_commands(document)]
COMMANDS = [words(line.removeprefix("$ ")) for block in ALL for line in logical_lines(block.text)
            if not block.is_transcript or line.startswith("$ ")]
# And those within the text.
INLINE = [words(found.replace("...", "")) for document in documents() if document != "CHANGELOG.md"
          for found in inline_commands((ROOT / document).read_text(encoding="utf-8"))]
# And those of the manual.
MANUAL = [words(line[2:]) for page in ("weixinctl.1", "weixind.8", "weixinsim.1") for line in examples(page)]


class Documents(unittest.TestCase):
    def test_every_block_is_run_or_says_why_not(self):
        for block in ALL:
            kind, _, rest = block.mark.partition(": ")
            with self.subTest(str(block)):
                if block.document in RUN_HERE and not kind:
                    continue
                self.assertIn(kind, ("run", "run in a checkout", "not run"))
                self.assertTrue(rest)
                if kind == "run":
                    self.assertIn(rest, RUN)

    def test_a_mark_is_one_that_the_reader_sees(self):
        block = "```\nls\n```\n"
        self.assertEqual([b.mark for b in blocks_of("x.md", "*Not run by a test: WHY.*\n\n" + block)], ["not run: WHY"])
        with self.assertRaisesRegex(ValueError, "x.md:1"):
            blocks_of("x.md", "<!-- not run: WHY -->\n" + block)

    def test_most_blocks_are_run(self):
        for document in ("docs/installation.md", *RUN_HERE):
            found = [b for b in ALL if b.document == document]
            run = [b for b in found if not b.mark.startswith("not run")]
            with self.subTest(document):
                self.assertGreater(len(run), len(found) / 2)

    def test_blocks_that_are_run_come_to_their_test(self):
        test = (ROOT / "tests/system/fresh_machine_test.py").read_text(encoding="utf-8")
        for document in {b.document for b in ALL if b.mark.startswith("run: ")}:
            self.assertIn(f'"{document}"', test)

    def test_commands_of_a_checkout_are_in_the_test_that_they_name(self):
        for block in ALL:
            if not block.mark.startswith("run in a checkout: "):
                continue
            test = (ROOT / block.mark.partition(": ")[2]).read_text(encoding="utf-8")
            for command in map(words, logical_lines(block.text)):
                self.assertTrue((ROOT / command[0]).exists(), command[0])
                for word in command[:2] if command[0] != "scripts/install-deps" else []:
                    if word.startswith(("scripts/", "--")):
                        self.assertRegex(test, f'"{re.escape(word)}[ "]', command)

    def test_what_weixin_s_programs_are_asked_they_understand(self):
        seen = 0
        programs = {name: program_help.read(BIN / name) for name in ("weixind", "weixinctl", "weixinsim")}
        for asked in COMMANDS + INLINE + MANUAL:
            for place, word in enumerate(asked):
                name = word.rpartition("/")[2]
                # Elsewhere such a word is a user, a service or a package.
                called = place == 0 or asked[place - 1] == "--" or asked[max(place - 2, 0)] == "exec"
                if name not in programs or not called:
                    continue
                arguments = asked[place + 1:]
                command = programs[name]
                options = command.option_names()
                while arguments and arguments[0] in command.commands:
                    command = command.commands[arguments.pop(0)]
                    options |= command.option_names()
                with self.subTest(" ".join(asked)):
                    self.assertFalse(command.commands and arguments and not arguments[0].startswith("-"))
                    for word in arguments:
                        if word.startswith("-") and word != "--":
                            self.assertIn(word, options)
                seen += 1
        self.assertGreater(seen, 100)
        self.assertGreater(len(MANUAL), 10, "the pattern does not find the examples any more")

    def test_scripts_that_they_name_exist_and_have_the_options(self):
        for command in COMMANDS:
            if command[0].startswith("scripts/"):
                text = (ROOT / command[0]).read_text(encoding="utf-8")
                for word in command[1:]:
                    if word.startswith("--"):
                        self.assertIn(word, text, command)


if __name__ == "__main__":
    unittest.main()
