#!/usr/bin/env python3
"""weixind as a process: options, signals, exit codes, and a data directory that it respects."""
import json
import os
import pathlib
import re
import signal
import sqlite3
import time

from harness import Case, main

USAGE, CORRUPT, IN_USE, CONFIG = 64, 65, 75, 78


class Options(Case):
    starts_fleet = False

    def test_version_and_help_are_told_by_every_program(self):
        for program in ("weixind", "weixinctl", "weixinsim"):
            with self.subTest(program):
                _, out, _ = self.run_program(program, "--version", expect=0)
                self.assertRegex(out, rf"^{program} \d+\.\d+\.\d+")
                _, out, _ = self.run_program(program, "--help", expect=0)
                self.assertIn("--version", out)

    def test_unknown_options_are_refused(self):
        for program, code in (("weixind", USAGE), ("weixinctl", 2), ("weixinsim", 2)):
            with self.subTest(program):
                _, _, err = self.run_program(program, "--frobnicate", expect=code)
                self.assertIn("--help", err)

    def test_a_good_configuration_is_found_good(self):
        path = self.directory / "good.toml"
        path.write_text(self.configuration("127.0.0.1:1"), encoding="utf-8")
        _, out, _ = self.run_program("weixind", "--check-config", "--config", path, expect=0)
        self.assertIn("ok", out)
        self.assertFalse((self.directory / "data").exists(), "a check must not touch the disk")

    def test_a_bad_configuration_is_refused_with_every_line_that_is_wrong(self):
        path = self.directory / "bad.toml"
        path.write_text('data_dir = "/tmp/x"\n[limits]\nlogins_per_secnd = 10\nreconnects_per_second = "many"\n'
                        '[pacing]\nprofile = "fast"\n[nonsense]\n', encoding="utf-8")
        for arguments in (("--check-config",), ()):
            _, _, err = self.run_program("weixind", *arguments, "--config", path, expect=CONFIG)
            for line, words in ((3, "limits.logins_per_secnd"), (4, "limits.reconnects_per_second"), (6, "pacing.profile"),
                                (7, "nonsense")):
                self.assertRegex(err, rf"bad\.toml:{line}:\d+: {re.escape(words)}: ")
            self.assertIn("logins_per_second", err, "a hint at what was meant")
            self.assertIn("conservative", err, "what is expected")

    def test_a_missing_or_broken_file_is_refused(self):
        _, _, err = self.run_program("weixind", "--config", self.directory / "none.toml", expect=CONFIG)
        self.assertIn("none.toml", err)
        path = self.directory / "broken.toml"
        path.write_bytes(b"data_dir = \n\xff\xfe")
        _, _, err = self.run_program("weixind", "--config", path, expect=CONFIG)
        self.assertRegex(err, r"broken\.toml:\d+:\d+: ")

    def test_a_socket_path_that_is_too_long_is_refused_clearly(self):
        path = self.directory / "long.toml"
        path.write_text(f'[admin]\nsocket = "/tmp/{"s" * 120}"\n', encoding="utf-8")
        _, _, err = self.run_program("weixind", "--config", path, expect=CONFIG)
        self.assertIn("107", err)


class Signals(Case):
    def test_sigterm_ends_with_accounts_online_in_ten_seconds(self):
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2)
        self.control.post("/v1/load", {"rate_per_second": 100, "seconds": 60, "text": "{token}"})
        self.wait_for(lambda: self.ledger()["answered"] > 50, "some traffic")
        begin = time.monotonic()
        self.assertEqual(self.server.process.stop(15), 0)
        self.assertLess(time.monotonic() - begin, 10)
        self.control.delete("/v1/load")

    def test_sigint_ends_as_well(self):
        self.server.process.signal(signal.SIGINT)
        self.assertEqual(self.server.process.wait(), 0)

    def test_sighup_opens_the_log_file_again(self):
        self.server.process.stop()
        log = self.directory / "weixind-events.log"
        self.start_server(self.configuration(extra=f'[log]\nfile = "{log}"\n'))
        self.add("before")
        self.wait_for(lambda: "account=before" in log.read_text(), "the first log")
        moved = self.directory / "rotated.log"
        log.rename(moved)
        self.server.process.signal(signal.SIGHUP)
        self.wait_for(log.exists, "the new log")
        self.add("after")
        self.wait_for(lambda: "account=after" in log.read_text(), "the line in the new log")
        self.assertNotIn("account=after", moved.read_text())

    def test_the_log_is_one_line_an_event(self):
        self.add_online("shop-01", 1)
        lines = self.server.process.log().splitlines()
        self.assertGreater(len(lines), 5)
        for line in lines:
            self.assertRegex(line, r"^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z level=(debug|info|warn|error) event=[\w.]+")

    def test_the_log_can_be_json(self):
        self.server.process.stop()
        self.start_server(self.configuration(extra='[log]\nformat = "json"\n'))
        self.add("shop-01")
        lines = [line for line in self.server.process.log().splitlines() if line.startswith("{")]
        events = [json.loads(line)["event"] for line in lines]
        self.assertIn("account.added", events)


class Restart(Case):
    def test_after_a_kill_brings_the_accounts_back(self):
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2, bots=[])
        self.command("shop-02", "pause")
        self.server.process.signal(signal.SIGKILL)
        self.server.process.wait()
        self.start_server()
        accounts = {a["name"]: a for a in self.server.accounts()}
        self.assertEqual(sorted(accounts), ["shop-01", "shop-02"])
        self.assertEqual((accounts["shop-01"]["bots"], accounts["shop-02"]["bots"]), (["echo"], []))
        # What was paused stays paused, also over a crash.
        self.assertEqual((accounts["shop-02"]["state"], accounts["shop-02"]["desired"]), ("stopped", "paused"))
        self.wait_for_state("shop-01", "online")
        self.inject(1, "are you back? {token}")
        self.wait_for_answers()

    def test_lets_only_the_same_person_back_in(self):
        self.add_online("shop-01", 1)
        self.server.process.stop()
        self.end_session(1, 1101)
        self.start_server()
        code = self.wait_for_code("shop-01")
        self.phone("scan", code["uuid"], user=2)
        self.phone("confirm", code["uuid"])
        self.assertEqual(self.wait_for_state("shop-01", "held")["reason"], "different_user")

    def test_again_and_again_in_the_middle_of_work_loses_no_account(self):
        names = []
        for number in range(6):
            names.append(f"shop-{number:02}")
            self.add(names[-1])
            self.server.process.signal(signal.SIGKILL)
            self.server.process.wait()
            self.start_server()
            self.assertEqual([a["name"] for a in self.server.accounts()], names)


class DataDirectory(Case):
    starts_fleet = False

    def setUp(self):
        super().setUp()
        self.data = self.directory / "data"
        self.config = self.directory / "weixind.toml"
        self.config.write_text(self.configuration("127.0.0.1:1"), encoding="utf-8")

    def refuse(self, code):
        _, _, err = self.run_program("weixind", "--config", self.config, expect=code)
        return err

    def database(self):
        return next(p for p in self.data.iterdir() if p.is_file() and p.read_bytes()[:15] == b"SQLite format 3")

    def start_and_stop(self):
        self.start_server(self.config.read_text())
        self.add("shop-01")
        self.assertEqual(self.server.process.stop(), 0)

    def test_in_use_is_refused_and_names_the_process(self):
        self.start_server(self.config.read_text())
        self.add("shop-01")
        other = self.directory / "other.toml"
        other.write_text(self.config.read_text().replace("admin.sock", "other.sock"), encoding="utf-8")
        _, _, err = self.run_program("weixind", "--config", other, expect=IN_USE)
        self.assertIn(str(self.server.process.pid), err)
        self.assertIn(str(self.data), err)
        self.assertEqual(self.admin.get("/v1/accounts/shop-01").status, 200)
        self.assertFalse((self.directory / "other.sock").exists())

    def test_with_a_corrupt_database_is_refused_and_left_alone(self):
        self.start_and_stop()
        database = self.database()
        for damage in (b"this is no database" * 300, database.read_bytes()[:100] + os.urandom(4000)):
            database.write_bytes(damage)
            err = self.refuse(CORRUPT)
            self.assertIn("left as it is", err)
            self.assertEqual(database.read_bytes(), damage)

    def test_of_a_newer_version_is_refused_and_left_alone(self):
        self.start_and_stop()
        database = self.database()
        with sqlite3.connect(database) as connection:
            connection.execute("PRAGMA journal_mode = DELETE")
            connection.execute("PRAGMA user_version = 9999")
        connection.close()
        before = database.read_bytes()
        err = self.refuse(CORRUPT)
        self.assertIn("newer", err)
        self.assertEqual(database.read_bytes(), before)

    def test_of_another_program_is_refused_and_left_alone(self):
        self.start_and_stop()
        database = self.database()
        database.unlink()
        with sqlite3.connect(database) as connection:
            connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.close()
        before = database.read_bytes()
        self.refuse(CORRUPT)
        self.assertEqual(database.read_bytes(), before)

    def test_is_private(self):
        self.start_and_stop()
        self.assertEqual(self.data.stat().st_mode & 0o777, 0o700)
        open_files = [p for p in self.data.rglob("*") if p.is_file() and p.stat().st_mode & 0o077]
        self.assertEqual(open_files, [])

    def test_that_is_empty_and_open_to_others_is_tightened(self):
        self.data.mkdir(mode=0o755)
        self.data.chmod(0o755)
        self.start_and_stop()
        self.assertEqual(self.data.stat().st_mode & 0o777, 0o700)

    def test_that_is_used_and_open_to_others_is_refused(self):
        self.data.mkdir()
        (self.data / "notes.txt").write_text("mine", encoding="utf-8")
        self.data.chmod(0o755)
        code, _, err = self.run_program("weixind", "--config", self.config)
        self.assertNotEqual(code, 0)
        self.assertIn("0755", err)
        self.assertEqual(self.data.stat().st_mode & 0o777, 0o755)

    def test_that_cannot_be_made_is_told(self):
        self.config.write_text(self.config.read_text().replace(str(self.data), str(self.directory / "no" / "such" / "data")),
                               encoding="utf-8")
        code, _, err = self.run_program("weixind", "--config", self.config)
        self.assertNotEqual(code, 0)
        self.assertIn("such/data", err)


class AdminSocketPath(Case):
    starts_fleet = False

    def test_with_something_else_in_the_way_is_left_alone(self):
        (self.directory / "admin.sock").write_text("a letter", encoding="utf-8")
        path = self.directory / "weixind.toml"
        path.write_text(self.configuration("127.0.0.1:1"), encoding="utf-8")
        code, _, err = self.run_program("weixind", "--config", path)
        self.assertNotEqual(code, 0)
        self.assertIn("admin.sock", err)
        self.assertEqual((self.directory / "admin.sock").read_text(), "a letter")

    def test_with_a_stale_socket_is_taken_over(self):
        self.start_server(self.configuration("127.0.0.1:1"))
        self.server.process.signal(signal.SIGKILL)
        self.server.process.wait()
        self.assertTrue(self.server.socket.exists())
        self.start_server(self.configuration("127.0.0.1:1"))


class Protection(Case):
    def test_no_core_file_and_no_look_into_the_memory(self):
        self.add("shop-01")
        limits = pathlib.Path(f"/proc/{self.server.process.pid}/limits").read_text()
        self.assertRegex(limits, r"Max core file size\s+0\s+0")
        owner = pathlib.Path(f"/proc/{self.server.process.pid}/environ").stat().st_uid
        self.assertEqual(owner, 0, "a process that may not be dumped shows its environment to root only")

    def test_a_stuck_end_is_cut_short_by_a_second_signal(self):
        self.add_online("shop-01", 1)
        self.server.process.signal(signal.SIGTERM)
        self.server.process.signal(signal.SIGTERM)
        code = self.server.process.wait(20)
        self.assertIn(code, (0, -signal.SIGTERM))
        self.server = None


if __name__ == "__main__":
    main()
