#!/usr/bin/env python3
"""Rules of the repository as a whole: documents, scripts, and what must not be written anywhere."""
import os
import re
import unittest

from repository import ROOT, files, lines_with, name_of, text_of

ALL = files()
# Places where somebody's work happens to be; what is built must not depend on them, and nobody wants to read them.
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.~*$}-])/(?:home|root|Users|work|workspace|mnt|media/\w+)/\w")


class Repository(unittest.TestCase):
    def test_no_file_mentions_the_folder_it_was_built_in(self):
        self.assertEqual(lines_with(re.compile(re.escape(str(ROOT)) + r"(?![\w-])"), ALL), [])

    def test_no_file_mentions_somebodys_folders(self):
        self.assertEqual(lines_with(SOMEBODYS_FOLDER, ALL, {"tests/hygiene/repository_test.py"}), [])

    def test_every_key_of_the_configuration_is_documented(self):
        documented = text_of(ROOT / "deploy/weixind.toml")
        calls = re.compile(r"\b(?:s|root)\.(?:text|integer|number|boolean|duration|choice(?:<[\w:]+>)?|word_out_of|words|"
                           r"list|subsection)\(\s*\"(\w+)\"")
        keys = {key for p in ALL if name_of(p).startswith("config/") and p.suffix == ".cpp"
                for key in calls.findall(text_of(p))}
        self.assertGreater(len(keys), 25, "the pattern does not find the keys any more")
        missing = [key for key in sorted(keys)
                   if not re.search(rf"^#?(?:\[+(?:\w+\.)*{key}\]+|{key} = )", documented, re.MULTILINE)
                   and not re.search(rf"^#?\[+{key}\.", documented, re.MULTILINE)]
        self.assertEqual(missing, [])

    def test_every_documented_key_has_an_explanation(self):
        bare = []
        explained = False
        for number, line in enumerate(text_of(ROOT / "deploy/weixind.toml").splitlines(), 1):
            if line.startswith("# "):
                explained = True
            elif not line.strip():
                explained = False
            elif re.match(r"\w+ = ", line) and not explained:
                bare.append(f"{number}: {line}")
        self.assertEqual(bare, [])

    def test_scripts_can_be_run_and_stop_at_the_first_error(self):
        wrong = []
        for path in ALL:
            if path.parent.name not in ("scripts", ".ci") or path.suffix:
                continue
            text = text_of(path)
            if not os.access(path, os.X_OK):
                wrong.append(f"{name_of(path)}: not executable")
            if text.startswith("#!/usr/bin/env bash") and "set -euo pipefail" not in text:
                wrong.append(f"{name_of(path)}: does not stop at the first error")
        self.assertEqual(wrong, [])

    def test_every_test_folder_is_part_of_the_build(self):
        listed = text_of(ROOT / "tests/CMakeLists.txt")
        folders = {p.parent.name for p in ALL
                   if name_of(p).startswith("tests/") and p.name == "CMakeLists.txt" and p.parent.name != "tests"}
        self.assertEqual([f for f in sorted(folders) if not re.search(rf"\b{f}\b", listed)], [])

    def test_every_source_is_part_of_the_build(self):
        builds = {p.parent: text_of(p) for p in ALL if p.name == "CMakeLists.txt"}

        def is_built(source):
            return any(source.relative_to(folder).as_posix() in built for folder, built in builds.items()
                       if folder in source.parents and folder != ROOT) or any(
                           name_of(source) in built for built in builds.values())
        self.assertEqual([name_of(p) for p in ALL if p.suffix == ".cpp" and not is_built(p)], [])

    def test_no_file_is_huge(self):
        self.assertEqual([name_of(p) for p in ALL if p.stat().st_size > 1024 * 1024], [])

    def test_text_ends_with_a_newline_and_has_no_trailing_blanks(self):
        wrong = []
        for path in ALL:
            if name_of(path).startswith(("tests/data/", "tests/fuzz/corpus/")):
                continue
            text = text_of(path)
            if not text:
                continue
            if not text.endswith("\n"):
                wrong.append(f"{name_of(path)}: no newline at the end")
            wrong += [f"{name_of(path)}:{n}: trailing blanks" for n, line in enumerate(text.split("\n"), 1)
                      if line != line.rstrip()]
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
