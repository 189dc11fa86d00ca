#!/usr/bin/env python3
"""A server that is killed, or aborts, at the worst moments keeps what it promised. scripts/chaos does the same for longer."""
import argparse
import sys
import tempfile
import unittest

from harness import BIN, ROOT, main

sys.path.insert(0, str(ROOT / "tests/chaos"))

import aborts  # noqa: E402
import kills  # noqa: E402


def told(text):
    print(text, file=sys.stderr)


class Chaos(unittest.TestCase):
    def chosen(self, **options):
        usual = {"programs": BIN, "seed": 1, "bots": True, "durability": "power", "keep": False, "workers": 2}
        return argparse.Namespace(**{**usual, **options})

    def run_in_a_directory(self, mode, chosen):
        with tempfile.TemporaryDirectory(prefix="weixind-chaos-") as directory:
            verdict = mode.run(chosen, directory, told)
            told(mode.summary(verdict))
        self.assertEqual(verdict.breaches, [])
        return verdict.numbers

    def test_loses_nothing_and_sends_nothing_twice_over_25_kills_under_load(self):
        numbers = self.run_in_a_directory(kills, self.chosen(kills=25, accounts=20, rate=50, pause=1.0))
        self.assertGreater(numbers["accepted"], 100)
        self.assertGreater(numbers["shown"], 100)

    def test_keeps_its_promises_wherever_it_dies_before_or_after_a_commit(self):
        numbers = self.run_in_a_directory(aborts, self.chosen(accounts=2, stride=1, workers=6))
        self.assertGreater(numbers["aborts"], 40)


if __name__ == "__main__":
    main()
