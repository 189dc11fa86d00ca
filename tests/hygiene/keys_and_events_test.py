#!/usr/bin/env python3
"""Keys of the configuration and events of the log that the documents name exist, and events that want somebody are named."""
import re
import unittest

from repository import ROOT, files, name_of, text_of

DOCUMENTS = sorted((ROOT / "docs").glob("*.md"))
LOGS = text_of(ROOT / "docs/operating.md").partition("\n## Logs\n")[2].partition("\n## ")[0]
RUNBOOK = text_of(ROOT / "docs/runbook.md")
SOURCES = "".join(text_of(p) for p in files() if p.suffix in (".cpp", ".hpp")
                  and not name_of(p).startswith(("tests/", "simulator/", "bench/")))
NAME = r"[a-z_]+\.[a-z_]+"


def keys_of(text):
    """{table: keys} of deploy/weixind.toml, with what is commented out there; the table of a bot is `bots`."""
    found, table = {}, ""
    for line in text.splitlines():
        if match := re.match(r"^#?\[+([\w.]+)\]+$", line):
            table = re.sub(r"^bots\..*", "bots", match[1])
            head, _, tail = table.rpartition(".")
            if head:  # [pacing.text] is what a document may call `pacing.text`
                found.setdefault(head, set()).add(tail)
            found.setdefault(table, set())
        elif match := re.match(r"^#?(\w+) = ", line):
            found.setdefault(table, set()).add(match[1])
    return found


def events_of(sources):
    """(all of them, those of warn and error). A level that the program chooses counts as one of these."""
    found = re.findall(rf"\blog_(debug|info|warn|error)\((?:[^;\"]*\? )?\"({NAME})\"(?: : \"({NAME})\")?", sources)
    chosen = re.findall(rf"\blog_event\([^;\"]*\"({NAME})\"(?: : \"({NAME})\")?", sources)
    urgent = {name for level, *names in found if level in ("warn", "error") for name in names} | {n for names in chosen for n in names}
    return {name for _, *names in found for name in names if name} | (urgent - {""}), urgent - {""}


KEYS = keys_of(text_of(ROOT / "deploy/weixind.toml"))
EVENTS, URGENT = events_of(SOURCES)


def code_of(text):
    return [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", re.sub(r"(?ms)^```.*?^```$", "", text))]


def unknown_keys(text):
    """What begins with a table of the configuration and is no key of it; a table may be called as an event's beginning is."""
    found = [match for code in code_of(text) if (match := re.match(rf"({NAME})(?= =|$)", code))]
    return [m[1] for m in found if (table := m[1].partition("."))[0] in KEYS and table[2] not in KEYS[table[0]] and m[1] not in EVENTS]


def told(logs):
    """The events of the first column."""
    return {name for row in re.findall(r"(?m)^\| (`[^|]*) \|", logs) for name in re.findall(rf"`({NAME})`", row)}


def searched_for(text):
    """What `journalctl -g` is to find: names of events, or the word that they begin with."""
    return [word for code in code_of(text) if (match := re.search(r"^journalctl .*-g (?:\"([^\"]+)\"|'([^']+)'|(\S+))$", code))
            for word in (match[1] or match[2] or match[3]).split("|") if word != "NAME"]


class Keys(unittest.TestCase):
    def test_that_documents_name_exist(self):
        self.assertGreater(sum(map(len, KEYS.values())), 60, "the pattern does not find the keys any more")
        for path in DOCUMENTS:
            with self.subTest(path.name):
                self.assertEqual(unknown_keys(text_of(path)), [])

    def test_that_do_not_exist_are_seen(self):
        self.assertEqual(unknown_keys("`media.images` `store.durabilty = \"power\"`\n```\n`media.gone`\n```"),
                         ["media.images", "store.durabilty"])
        self.assertEqual(unknown_keys("`media.max_age` `media.failed` `media.*` `pacing.text` `qr.url` `bots.type`"), [])


class Events(unittest.TestCase):
    def test_that_the_documents_name_are_in_the_sources(self):
        self.assertGreater(len(told(LOGS)), 60, "the pattern does not find the rows any more")
        self.assertEqual(told(LOGS) - EVENTS, set())
        named = {name for path in DOCUMENTS for name in re.findall(rf"\bevent=({NAME})", text_of(path))}
        self.assertGreater(len(named), 5)
        self.assertEqual(named - EVENTS, set())

    def test_that_the_runbook_has_looked_for_are_in_the_sources(self):
        words = searched_for(RUNBOOK)
        self.assertGreater(len(words), 10, "the pattern does not find the searches any more")
        self.assertEqual([word for word in words if not any(re.match(rf"{re.escape(word)}(\.|$)", event) for event in EVENTS)], [])

    def test_that_want_somebody_are_told(self):
        self.assertGreater(len(URGENT), 50, "the pattern does not find the lines any more")
        self.assertEqual(URGENT - told(LOGS), set())

    def test_patterns_see_what_they_are_for(self):
        self.assertEqual(events_of('log_error(silent ? "a.b" : "c.d",\n {}); log_info("e.f"); log_event(level, "g.h",\n {{"i", "j.k"}});'),
                         ({"a.b", "c.d", "e.f", "g.h"}, {"a.b", "c.d", "g.h"}))
        self.assertEqual(told("| event | when |\n| `a.b` `c.d` | not `e.f` |\n"), {"a.b", "c.d"})
        self.assertEqual(searched_for("`journalctl -u weixind -g \"a.b|c\"` `journalctl -u weixind -g\nd.e` `journalctl -g NAME`"),
                         ["a.b", "c", "d.e"])


if __name__ == "__main__":
    unittest.main()
