#!/usr/bin/env python3
"""docs/fault-table.md names a test for every fault; each of them must exist."""
import re
import unittest

from repository import ROOT, files, name_of, text_of

ROWS = [line.split("|")[1:-1] for line in text_of(ROOT / "docs/fault-table.md").splitlines()
        if line.startswith("| ") and not line.startswith("| ---")][1:]


class FaultTable(unittest.TestCase):
    def test_every_row_is_shown_by_a_test(self):
        self.assertGreater(len(ROWS), 15)
        self.assertEqual([row[0].strip() for row in ROWS if len(row) != 3 or not re.search(r"`\S+`", row[2])], [])

    def test_every_test_that_is_named_exists(self):
        sources = "".join(text_of(p) for p in files() if name_of(p).startswith("tests/") and p.suffix == ".cpp")
        existing = {f"{suite}.{test}" for suite, test in
                    re.findall(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", sources, re.MULTILINE)}
        missing = []
        for name in re.findall(r"`([^`\s]+)`", "".join(row[2] for row in ROWS)):
            file, separator, method = name.partition("::")
            if separator:
                path = ROOT / "tests/e2e" / file
                known = path.exists() and f"def {method}(" in text_of(path)
            else:
                known = name in existing
            if not known:
                missing.append(name)
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
