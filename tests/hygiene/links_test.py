#!/usr/bin/env python3
"""Links in the documents lead to files, and to headings, that there are."""
import re
import sys
import unittest
import urllib.parse

from repository import ROOT, text_of

sys.path.insert(0, str(ROOT / "tests/support"))

from documents import documents  # noqa: E402

LINK = re.compile(r"\]\(([^()\s]+)\)|<(?:img|a)\s[^>]*?(?:src|href)=\"([^\"]+)\"")


def prose(text):
    """Without blocks and code, where brackets are something else."""
    return re.sub(r"`[^`\n]+`", "", re.sub(r"(?ms)^```.*?^```$", "", text))


def links_of(text):
    return [a or b for a, b in LINK.findall(prose(text))]


def anchors_of(text):
    """As GitHub makes them of headings."""
    found = {}
    for heading in re.findall(r"(?m)^#+ (.+)$", re.sub(r"(?ms)^```.*?^```$", "", text)):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
        slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        count = found.get(slug, 0)
        found[slug] = count + 1
        if count:
            found[f"{slug}-{count}"] = 1
    return set(found)


def broken(document, text):
    """What is wrong with the link targets of a document, which need not be written down anywhere."""
    wrong = []
    for link in links_of(text):
        target, _, anchor = urllib.parse.unquote(link).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        path = ((ROOT / document).parent / target).resolve() if target else ROOT / document
        if not path.is_relative_to(ROOT) or not path.exists():
            wrong.append(f"{document}: {link}: there is no such file")
        elif anchor and anchor not in anchors_of(text if not target else text_of(path) or ""):
            wrong.append(f"{document}: {link}: there is no such heading")
    return wrong


class Links(unittest.TestCase):
    def test_lead_somewhere(self):
        seen = 0
        for document in documents():
            text = text_of(ROOT / document)
            seen += len(links_of(text))
            with self.subTest(document):
                self.assertEqual(broken(document, text), [])
        self.assertGreater(seen, 100, "the pattern does not find the links any more")

    def test_to_nowhere_are_seen(self):
        for link in ("(nowhere.md)", "(operating.md#nowhere)", "(#nowhere)", "(../../secret.md)"):
            with self.subTest(link):
                self.assertEqual(len(broken("docs/console.md", f"# The console\n[x]{link}\n")), 1)
        for link in ("(operating.md)", "(operating.md#signals-and-exit-codes)", "(#the-console)", "(../deploy)", "(https://example.com)"):
            with self.subTest(link):
                self.assertEqual(broken("docs/console.md", f"# The console\n[x]{link}\n```\n[y](nowhere)\n```\n"), [])

    def test_headings_of_one_name_have_numbers(self):
        self.assertEqual(anchors_of("# A `b`, c!\n## A b c\n"), {"a-b-c", "a-b-c-1"})


if __name__ == "__main__":
    unittest.main()
