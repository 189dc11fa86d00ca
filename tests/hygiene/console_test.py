#!/usr/bin/env python3
"""Rules of the console's files that no browser checks."""
import re
import unittest

from repository import ROOT, files, lines_with, name_of, text_of

FILES = [p for p in files() if name_of(p).startswith("console/")]
SCRIPTS = [p for p in FILES if p.suffix == ".js"]
PAGES = [p for p in FILES if p.suffix == ".html"]


def texts(language):
    """The keys and words of a language."""
    source = text_of(ROOT / f"console/texts_{language}.js")
    return {quoted or bare: words for quoted, bare, words in
            re.findall(r"^  (?:'([^']+)'|(\w+)): '((?:[^'\\]|\\.)*)',?$", source, re.MULTILINE)}


class Console(unittest.TestCase):
    def test_there_is_something_to_look_at(self):
        self.assertGreater(len(SCRIPTS), 15)
        self.assertEqual(len(PAGES), 2)

    def test_every_text_is_there_in_both_languages(self):
        english, chinese = texts("en"), texts("zh")
        self.assertGreater(len(english), 150, "the pattern does not find the texts any more")
        self.assertEqual(sorted(english), sorted(chinese))
        for language in ("en", "zh"):
            lines = [line for line in text_of(ROOT / f"console/texts_{language}.js").splitlines() if line.startswith("  ")]
            self.assertEqual(len(lines), len(texts(language)), "a line that is no text, or a key that is there twice")

    def test_texts_have_the_same_places_to_fill_in(self):
        english, chinese = texts("en"), texts("zh")
        place = re.compile(r"\{\w+\}")
        self.assertEqual([k for k in english if sorted(place.findall(english[k])) != sorted(place.findall(chinese[k]))], [])

    def test_every_text_that_is_asked_for_is_there(self):
        known = texts("en")
        asked = {key for p in SCRIPTS for key in re.findall(r"\bt\('([^']+)'", text_of(p))}
        self.assertGreater(len(asked), 50)
        self.assertEqual(sorted(asked - set(known)), [])

    def test_every_state_has_its_word(self):
        header = text_of(ROOT / "metrics/labels.cpp")
        states = re.findall(r'"(\w+)"', re.search(r'account_states\{([^}]*)\}', header).group(0))
        self.assertIn("awaiting_confirm", states)
        self.assertEqual([s for s in states if f"state.{s}" not in texts("en")], [])
        listed = text_of(ROOT / "console/states.js")
        self.assertEqual([s for s in states if f"'{s}'" not in listed], [])

    def test_no_text_is_read_as_html_or_code(self):
        risky = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|"
                           r"\beval\(|new Function|setTimeout\(\s*['\"`]|srcdoc|javascript:")
        self.assertEqual(lines_with(risky, SCRIPTS + PAGES), [])

    def test_nothing_comes_from_elsewhere(self):
        elsewhere = re.compile(r"(?:https?:)?//\w|@import|url\(")
        allowed = re.compile(r'xmlns="http://www\.w3\.org/2000/svg"')
        found = [line for line in lines_with(elsewhere, FILES) if not allowed.search(line)]
        self.assertEqual([line for line in found if not re.search(r": // |'(?:add\.proxyHelp)'", line)], [])

    def test_pages_have_no_scripts_and_styles_of_their_own(self):
        own = re.compile(r"<style|\sstyle=|\son\w+=|<script(?! type=\"module\" src=)")
        self.assertEqual(lines_with(own, PAGES + [ROOT / "console/icon.svg"]), [])

    def test_every_import_leads_to_a_file(self):
        missing = [f"{name_of(p)}: {name}" for p in SCRIPTS for name in re.findall(r"from '\./([^']+)'", text_of(p))
                   if not (ROOT / "console" / name).is_file()]
        self.assertEqual(missing, [])


if __name__ == "__main__":
    unittest.main()
