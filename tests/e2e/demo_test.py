#!/usr/bin/env python3
"""The demo as a newcomer runs it: it counts right, and leaves nothing behind."""
import fcntl
import os
import pathlib
import pty
import re
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import unittest

from harness import BIN, PATIENCE, ROOT, main, wait_until

SUMMARY = re.compile(r"^accounts=(\d+)/(\d+) injected=(\d+) answered=(\d+) lost=(\d+) doubled=(\d+)$")


class Demo(unittest.TestCase):
    def setUp(self):
        self.place = tempfile.TemporaryDirectory(prefix="weixind-demo-test-")
        self.addCleanup(self.place.cleanup)
        self.environment = {**os.environ, "TMPDIR": self.place.name}

    def command(self, *arguments):
        return [sys.executable, "-B", str(ROOT / "scripts/demo.py"), "--programs", str(BIN), *map(str, arguments)]

    def start(self, *arguments, **options):
        child = subprocess.Popen(self.command(*arguments), env=self.environment, stdin=subprocess.DEVNULL,
                                 start_new_session=True, **options)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def run_to_its_end(self, *arguments):
        child = self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        out, _ = child.communicate(timeout=3 * PATIENCE)
        return child.returncode, out.splitlines()

    def children(self):
        """The processes that work in the demo's temporary directory."""
        found = {}
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            program = pathlib.Path(words[0].decode()).name
            if program in ("weixind", "weixinsim") and self.place.name.encode() in b" ".join(words):
                found[program] = int(entry.name)
        return found

    def assert_nothing_is_left(self):
        wait_until(lambda: not self.children(), PATIENCE, "the end of all children")
        self.assertEqual(os.listdir(self.place.name), [])

    def test_ends_by_itself_with_a_summary(self):
        code, lines = self.run_to_its_end("--accounts", 5, "--rate", 50, "--for", 3)
        self.assertEqual(code, 0, "\n".join(lines))
        self.assertEqual(lines[-1], "accounts=5/5 injected=150 answered=150 lost=0 doubled=0")
        seconds = [line for line in lines if line.startswith("t=")]
        self.assertGreaterEqual(len(seconds), 4)
        self.assertRegex(seconds[-1], r"^t=\d+s phase=\w+ online=5/5 in=150 replies=150 waiting=0 p50=[\d.]+ms p99=[\d.]+ms$")
        self.assertTrue(any("curl --unix-socket" in line for line in lines))
        self.assertTrue(any("/metrics" in line for line in lines))
        self.assert_nothing_is_left()

    def test_ends_by_ctrl_c_with_a_summary(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            child = self.start("--accounts", 3, "--rate", 20, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            seen = []
            for line in child.stdout:
                seen.append(line)
                if " in=" in line and " in=0 " not in line:
                    break
            child.send_signal(number)
            rest, _ = child.communicate(timeout=PATIENCE)
            self.assertEqual(child.returncode, 128 + number, rest)
            summary = SUMMARY.match(rest.splitlines()[-1])
            self.assertIsNotNone(summary, rest)
            online, accounts, injected, answered, lost, doubled = map(int, summary.groups())
            self.assertEqual((online, accounts, lost, doubled, injected - answered), (3, 3, 0, 0, 0), rest)
            self.assert_nothing_is_left()

    def test_that_loses_its_server_shows_the_log_and_fails(self):
        child = self.start("--accounts", 3, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for line in child.stdout:
            if "online=3/3" in line:
                break
        os.kill(self.children()["weixind"], signal.SIGKILL)
        rest, _ = child.communicate(timeout=PATIENCE)
        self.assertEqual(child.returncode, 1, rest)
        self.assertIn("weixind was ended by signal 9", rest)
        self.assertIn("event=server.ready", rest)
        self.assertRegex(rest.splitlines()[-1], SUMMARY)
        self.assert_nothing_is_left()

    def test_that_is_killed_takes_its_children_along(self):
        child = self.start("--accounts", 1, stdout=subprocess.PIPE, text=True)
        for line in child.stdout:
            if "online=1/1" in line:
                break
        child.kill()
        child.wait()
        child.stdout.close()
        wait_until(lambda: not self.children(), PATIENCE, "the end of all children")

    def test_shows_a_table_on_a_terminal(self):
        master, slave = pty.openpty()
        self.addCleanup(os.close, master)
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        self.environment["TERM"] = "xterm"
        child = self.start("--accounts", 2, "--rate", 10, "--for", 2, stdout=slave, stderr=slave)
        os.close(slave)
        data = b""
        while True:
            try:
                piece = os.read(master, 65536)
            except OSError:  # the other end is closed
                break
            if not piece:
                break
            data += piece
        self.assertEqual(child.wait(PATIENCE), 0)
        text = data.decode()
        self.assertIn("\x1b[H", text)
        frame = text.split("\x1b[H")[-1]
        for words in ("2 accounts", "online", "messages in", "replies", "p50", "p99", "elapsed"):
            self.assertIn(words, frame)
        for frame in text.split("\x1b[H")[1:]:
            self.assertLess(frame.count("\n"), 31)
        self.assertEqual(text.splitlines()[-1], "accounts=2/2 injected=20 answered=20 lost=0 doubled=0")
        self.assert_nothing_is_left()

    def test_refuses_wrong_options(self):
        for arguments in (("--accounts", 0), ("--rate", "fast"), ("--for", -1), ("--nonsense",)):
            with self.subTest(arguments):
                code, lines = self.run_to_its_end(*arguments)
                self.assertEqual(code, 2, lines)
        self.assert_nothing_is_left()

    def test_says_what_is_missing(self):
        command = [sys.executable, "-B", str(ROOT / "scripts/demo.py"), "--programs", self.place.name]
        done = subprocess.run(command, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("scripts/build", done.stderr)


if __name__ == "__main__":
    main()
