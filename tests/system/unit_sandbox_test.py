#!/usr/bin/env python3
"""weixind works behind the system call filters of deploy/weixind.service, and they refuse what it has no use for."""
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "e2e"))

from harness import BIN, ROOT, Case, main  # noqa: E402
from local_weixin import Server  # noqa: E402

LOADER = pathlib.Path(__file__).with_name("unit_sandbox.py")
UNIT = ROOT / "deploy/weixind.service"
NOTIFY = """
[notify]
settle = "0s"
quiet_at_start = "0s"
[[notify.targets]]
name = "script"
type = "command"
command = ["/bin/sh", "-c", "cat >{told}"]
"""


class BehindTheFilters(Case):
    starts_fleet = False

    def start_behind(self):
        programs = self.directory / "programs"
        programs.mkdir(exist_ok=True)
        program = programs / "weixind"
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -B "{LOADER}" "{UNIT}" "{BIN}/weixind" "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        self.told = self.directory / "told"
        self.server = Server(programs, self.directory, self.configuration() + NOTIFY.format(told=self.told))
        self.watch(self.server.process)
        self.admin = self.server.admin

    def status(self, key):
        text = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text(encoding="ascii")
        return dict(line.split(":", 1) for line in text.splitlines())[key].strip()

    def test_weixind_does_all_that_it_does(self):
        self.start_simulator()
        self.start_behind()
        self.assertEqual(self.status("Seccomp"), "2")
        self.assertEqual(self.status("NoNewPrivs"), "1")
        self.add_online("shop-01", 1)
        self.inject(1, "is anybody there? {token}")
        self.wait_for_answers()
        self.wait_for_send("shop-01", self.send_text("shop-01", "filehelper", "hello"), "sent")
        answer = self.admin.post("/v1/store/backup", {"file": str(self.directory / "backup.db")})
        self.assertIn(answer.status, (200, 201), answer)
        self.assertEqual(self.admin.post("/v1/store/check").status, 200)
        # A program that is started from inside, with the filters that it inherits.
        self.assertEqual(self.admin.post("/v1/notify/test").status, 200)
        self.wait_for(lambda: self.told.exists() and self.told.read_text(encoding="utf-8"), "the program to be told")
        self.assertEqual(self.server.metrics.get("/metrics").status, 200)
        self.assertEqual(self.server.process.stop(), 0)
        self.start_behind()
        self.wait_for_state("shop-01", "online")
        self.assertEqual(self.server.process.stop(), 0)


class TheFilters(unittest.TestCase):
    def inside(self, code):
        answer = subprocess.run([sys.executable, "-B", str(LOADER), str(UNIT), sys.executable, "-B", "-c", code],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        return answer.stdout.strip().splitlines()[-1]

    def test_let_a_program_live(self):
        self.assertEqual(self.inside("print('alive')"), "alive")

    def test_refuse_sockets_of_other_families(self):
        self.assertIn("Address family not supported", self.inside("import socket; socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)"))

    def test_refuse_memory_that_is_written_and_run(self):
        self.assertIn("Operation not permitted", self.inside("import mmap; mmap.mmap(-1, 4096, prot=7)"))

    def test_refuse_what_only_a_system_does(self):
        self.assertIn("Operation not permitted", self.inside("import os; os.chroot('/')"))

    def test_refuse_namespaces(self):
        code = "import ctypes; c = ctypes.CDLL(None, use_errno=True); print(c.unshare(0x10000000), ctypes.get_errno())"
        self.assertEqual(self.inside(code), "-1 1")


if __name__ == "__main__":
    main()
