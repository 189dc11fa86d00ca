#!/usr/bin/env python3
"""No source includes upward: the order of CMakeLists.txt and ARCHITECTURE.md, proven.

Run it alone with `python3 tests/layers_test.py`; ctest runs it with the label fast.
"""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent

# What each folder may include besides itself. A folder that is not listed has no place in the order yet.
ALLOWED = {
    "protocol": "",
    "metrics": "",
    "runtime": "protocol metrics",
    "transport": "protocol metrics runtime",
    "store": "protocol metrics runtime",
    "httpd": "protocol metrics runtime",
    "qr": "protocol metrics runtime",
    # The service's side of the protocol must not be able to borrow the client's.
    "simulator": "protocol metrics runtime httpd",
    "actors": "protocol metrics runtime transport store",
    "supervisor": "protocol metrics runtime transport store actors",
    "notify": "protocol metrics runtime store actors supervisor",
    "config": "protocol metrics runtime transport store actors supervisor notify",
    "admin": "protocol metrics runtime transport store httpd qr actors supervisor notify",
    # The command line speaks the admin API and nothing else.
    "ctl": "protocol httpd qr",
    "apps": "protocol metrics runtime transport store httpd qr simulator actors supervisor notify config admin ctl",
}
# Folders of proofs and measurements: they may include everything, and nobody may include them.
OUTSIDE = {"tests", "bench"}
GENERATED = {"console_table.hpp", "openapi_document.hpp", "version.hpp"}

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def sources(folder):
    return sorted(p for suffix in ("*.cpp", "*.hpp") for p in (ROOT / folder).rglob(suffix))


def includes(path):
    return INCLUDE.findall(path.read_text(encoding="utf-8"))


def folders_with_sources():
    return {p.name for p in ROOT.iterdir()
            if p.is_dir() and p.name != "build" and not p.name.startswith(".") and sources(p.name)}


class Layers(unittest.TestCase):
    def test_every_folder_has_a_place_in_the_order(self):
        self.assertEqual(folders_with_sources() - set(ALLOWED) - OUTSIDE, set())

    def test_the_order_has_no_cycle(self):
        seen = set()
        for folder, allowed in ALLOWED.items():
            self.assertLessEqual(set(allowed.split()), seen, f"{folder} sees a folder that is above it")
            seen.add(folder)

    def test_the_order_is_the_one_of_the_build(self):
        text = (ROOT / "CMakeLists.txt").read_text(encoding="utf-8")
        listed = re.search(r"foreach\(folder IN ITEMS ([a-z\s]+)\)", text)
        self.assertIsNotNone(listed, "CMakeLists.txt lists the folders bottom up")
        built = listed.group(1).split()
        self.assertEqual(set(built), set(ALLOWED))
        for folder in built:
            below = built[:built.index(folder)]
            self.assertLessEqual(set(ALLOWED[folder].split()), set(below), f"{folder} is built too early")

    def test_no_source_includes_upward(self):
        wrong = []
        for folder, allowed in ALLOWED.items():
            may_see = set(allowed.split()) | {folder}
            for path in sources(folder):
                for included in includes(path):
                    if included in GENERATED:
                        continue
                    if included.split("/")[0] not in may_see:
                        wrong.append(f"{path.relative_to(ROOT)} includes {included}")
        self.assertEqual(wrong, [])

    def test_includes_are_written_from_the_root_and_exist(self):
        wrong = []
        for folder in set(ALLOWED) | OUTSIDE:
            for path in sources(folder):
                wrong += [f"{path.relative_to(ROOT)} includes {included}" for included in includes(path)
                          if included not in GENERATED and not (ROOT / included).is_file()]
        self.assertEqual(wrong, [])

    def test_there_is_something_to_look_at(self):
        self.assertGreater(sum(len(sources(folder)) for folder in ALLOWED), 100)


if __name__ == "__main__":
    unittest.main()
