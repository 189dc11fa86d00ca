#!/usr/bin/env python3
"""The console in a real Chromium, against a real weixind whose accounts log in by phones of weixinsim.

Each test starts both, and runs one of scenarios/ with node (run.js), which drives the browser and has the say. Needs
chromium, zbarimg, Node 18 or later and the packages of package-lock.json (scripts/install-interop). By hand:
WEIXIN_BIN_DIR=build/release/bin python3 tests/system/console/console_test.py Console.test_login. With SCREENSHOTS=DIR
the pictures of the documentation are drawn there.
"""
import os
import pathlib
import socket
import subprocess
import sys
import threading

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "e2e"))

from harness import Case, main  # noqa: E402

LONGEST = 240  # seconds for one scenario


def free_port():
    """A port that nobody has at the moment: one that outlives a restart of the server."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Console(Case):
    users = 4
    bots = "[]"
    port = 0

    def setUp(self):
        self.port = free_port()
        super().setUp()
        made = self.admin.post("/v1/tokens", {"name": "console-test", "scope": "admin"})
        self.assertEqual(made.status, 201, made)
        self.token = made.json()["token"]

    def configuration(self, **options):
        text = super().configuration(**options)
        return text + f'\n[api]\nlisten = "127.0.0.1:{self.port}"\nrequests_per_second = 10000\n\n[limits]\nlogins_per_second = 500\n'

    def browse(self, scenario, answers=None):
        """Runs a scenario to its end. `answers`: what to do at each line that it writes."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.directory), "TMPDIR": str(self.directory),
                       "CONSOLE_URL": f"http://127.0.0.1:{self.port}", "CONSOLE_TOKEN": self.token,
                       "CONTROL_URL": f"http://{self.simulator.control_address}",
                       **{k: os.environ[k] for k in ("SCREENSHOTS", "CHROMIUM") if k in os.environ}}
        log = self.directory / "scenario.log"
        with open(log, "wb") as errors:
            child = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", "node", str(HERE / "run.js"), scenario],
                                     env=environment, cwd=HERE, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=errors, text=True)
        stopper = threading.Timer(LONGEST, child.kill)
        stopper.start()
        try:
            for line in child.stdout:
                work = (answers or {}).get(line.strip())
                if work is None:
                    print(line, end="")
                    continue
                work()
                child.stdin.write("done\n")
                child.stdin.flush()
            code = child.wait()
        finally:
            stopper.cancel()
            child.kill()
            child.wait()
            child.stdin.close()
            child.stdout.close()
        self.assertEqual(code, 0, log.read_text(encoding="utf-8", errors="replace"))

    def test_files_and_modules(self):
        self.browse("modules")

    def test_login(self):
        self.browse("login")

    def test_settings_and_what_is_told_of_them(self):
        token = self.directory / "extspam"
        token.write_text("d2hhdCB0aGUgZGVza3RvcCBjbGllbnQgc2F5cw==", encoding="utf-8")
        self.server.process.stop()
        self.start_server(self.configuration(pacing="conservative").replace("[webwx]\n", f'[webwx]\nextspam_file = "{token}"\n'))
        self.browse("settings")

    def test_a_session_that_ends_and_codes_that_expire(self):
        self.browse("session_end")

    def test_actions(self):
        self.browse("actions")

    def test_what_somebody_else_does(self):
        def account(verb):
            return lambda: self.run_program("weixinctl", "--socket", self.server.socket, "account", verb, "shop-01", expect=0)
        self.browse("elsewhere", {"pause": account("pause"), "resume": account("resume")})

    def test_sends_that_somebody_decides_about(self):
        self.browse("sends")

    def test_share_link(self):
        self.browse("share")
        log = self.server.process.log()
        for secret in (self.token, "Share ", "scan.html#"):
            self.assertNotIn(secret, log)

    def test_tokens(self):
        self.browse("tokens")

    def test_hostile_names_and_texts(self):
        self.browse("hostile")

    def test_keyboard(self):
        self.browse("keyboard")

    def test_languages_light_and_width(self):
        self.browse("looks")

    def test_a_thousand_accounts(self):
        self.browse("many")

    def test_a_server_that_goes_and_comes_back(self):
        self.browse("interrupted", {
            "stop": lambda: self.assertEqual(self.server.process.stop(), 0),
            "start": self.start_server,
            "end session": lambda: self.end_session(1, 1100),
        })


if __name__ == "__main__":
    main()
