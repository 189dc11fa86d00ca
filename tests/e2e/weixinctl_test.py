#!/usr/bin/env python3
"""weixinctl against a running server: what it prints, and what it ends with."""
import json
import os
import subprocess

from harness import BIN, PATIENCE, Case, main

OK, FAILURE, USAGE, NOT_FOUND, UNREACHABLE, TIMED_OUT = range(6)


class Ctl(Case):
    simulator_arguments = ("--hold", "2", "--auto")

    def ctl(self, *arguments, expect=OK, given=None, socket=None):
        """(standard output, standard error)"""
        environment = {**os.environ, "WEIXIND_SOCKET": str(socket or self.server.socket), "LC_ALL": "C.UTF-8"}
        done = subprocess.run([str(BIN / "weixinctl"), *arguments], env=environment, input=given, text=True, timeout=PATIENCE,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False,
                              **({} if given is not None else {"stdin": subprocess.DEVNULL}))
        self.assertEqual(done.returncode, expect, f"{arguments}: {done.stdout} {done.stderr}")
        return done.stdout, done.stderr

    def phones(self, **options):
        self.assertEqual(self.control.patch("/v1/options", options).status, 200)


class AccountAdd(Ctl):
    def test_shows_the_code_waits_and_says_who_is_online(self):
        self.phones(scan_delay_ms=1500)
        out, _ = self.ctl("account", "add", "shop-01")
        self.assertIn("https://login.weixin.qq.com/l/", out)
        self.assertIn("\u2588", out, "the code is drawn")
        self.assertEqual(out.splitlines()[-1], "online as " + self.account("shop-01")["nickname"])

    def test_tells_programs_only_the_result(self):
        out, err = self.ctl("account", "add", "shop-01", "-o", "json", "--bot", "echo")
        account = json.loads(out)
        self.assertEqual((account["name"], account["state"], account["bots"]), ("shop-01", "online", ["echo"]))
        self.assertNotIn("\u2588", out)
        out, _ = self.ctl("account", "add", "shop-02", "-o", "name")
        self.assertEqual(out, "shop-02\n")

    def test_times_out_when_nobody_scans(self):
        self.phones(auto=False)
        out, err = self.ctl("account", "add", "shop-01", "--timeout", "2", expect=TIMED_OUT)
        self.assertIn("account qr shop-01", err)
        self.assertEqual(self.account("shop-01")["state"], "awaiting_scan")

    def test_does_not_wait_when_told_so(self):
        self.phones(auto=False)
        self.ctl("account", "add", "shop-01", "--no-wait")
        self.wait_for_state("shop-01", "awaiting_scan")

    def test_is_refused_with_a_reason(self):
        self.add("shop-01")
        self.assertIn("account_exists", self.ctl("account", "add", "shop-01", expect=FAILURE)[1])
        self.assertIn("invalid_name", self.ctl("account", "add", "Shop", expect=FAILURE)[1])
        self.assertIn("unknown_bot", self.ctl("account", "add", "shop-02", "--bot", "oracle", expect=FAILURE)[1])

    def test_fails_when_the_user_is_barred(self):
        for user in (1, 2):
            self.control.patch(f"/v1/users/{user}", {"login_policy": "barred"})
        _, err = self.ctl("account", "add", "shop-01", expect=FAILURE)
        self.assertIn("held", err)
        self.assertIn("barred", err)


class Account(Ctl):
    users = 1  # so that the same phone scans again

    def setUp(self):
        super().setUp()
        self.add("shop-01")
        self.wait_for_state("shop-01", "online")

    def test_list_is_a_table_names_or_json(self):
        out, _ = self.ctl("account", "list")
        header, row = out.splitlines()
        self.assertEqual(header.split(), "NAME STATE NICKNAME SINCE LAST-POLL IN OUT QUEUE RESTARTS".split())
        self.assertEqual(row.split()[:2], ["shop-01", "online"])
        self.assertEqual(self.ctl("account", "list", "-o", "name")[0], "shop-01\n")
        self.assertEqual(json.loads(self.ctl("account", "list", "-o", "json")[0])["accounts"][0]["name"], "shop-01")

    def test_show_tells_everything_about_one(self):
        out, _ = self.ctl("account", "show", "shop-01")
        for word in ("shop-01", "online", self.account("shop-01")["nickname"], "echo"):
            self.assertIn(word, out)
        self.ctl("account", "show", "nobody", expect=NOT_FOUND)

    def test_verbs_change_its_state(self):
        self.assertIn("stopped", self.ctl("account", "pause", "shop-01")[0])
        self.ctl("account", "resume", "shop-01")
        self.wait_for_state("shop-01", "online")
        self.ctl("account", "restart", "shop-01")
        self.wait_for_state("shop-01", "online")
        self.assertIn("stopped", self.ctl("account", "logout", "shop-01")[0])
        self.ctl("account", "resume", "shop-01")
        self.wait_for_state("shop-01", "online")
        self.ctl("account", "pause", "nobody", expect=NOT_FOUND)

    def test_bots_are_set_and_taken_away(self):
        self.ctl("account", "set", "shop-01", "--no-bots")
        self.assertEqual(self.account("shop-01")["bots"], [])
        self.ctl("account", "set", "shop-01", "--bot", "echo")
        self.assertEqual(self.account("shop-01")["bots"], ["echo"])
        self.ctl("account", "set", "shop-01", expect=USAGE)

    def test_remove_asks_first_and_only_people(self):
        self.ctl("account", "remove", "shop-01", expect=USAGE)
        self.assertEqual(self.account("shop-01")["state"], "online")
        self.ctl("account", "remove", "shop-01", "--yes")
        self.assertEqual(self.server.accounts(), [])
        self.ctl("account", "remove", "shop-01", "--yes", expect=NOT_FOUND)

    def test_code_is_drawn_or_written_as_a_picture(self):
        self.phones(auto=False)
        self.ctl("account", "relogin", "shop-01", "--no-wait")
        url = self.wait_for_code("shop-01")["url"]
        self.assertIn(url, self.ctl("account", "qr", "shop-01")[0])
        picture = self.directory / "code.png"
        self.ctl("account", "qr", "shop-01", "--png", str(picture))
        read = subprocess.run(["zbarimg", "--quiet", "--raw", "--nodbus", str(picture)], check=True, timeout=30,
                              stdout=subprocess.PIPE)
        self.assertEqual(read.stdout.decode().strip(), url)


class OtherVerbs(Ctl):
    def setUp(self):
        super().setUp()
        self.add("shop-01")
        nick = self.wait_for_state("shop-01", "online")["nickname"]
        self.person = next(u["user"] for u in self.control.get("/v1/users").json()["users"] if u["nick"] == nick)

    def test_contacts_are_listed(self):
        friend = next(c for c in self.user(self.person)["contacts"] if c["kind"] == "friend")
        self.assertIn(friend["nick"], self.ctl("contacts", "shop-01")[0])
        found = json.loads(self.ctl("contacts", "shop-01", "--kind", "group", "-o", "json")[0])["contacts"]
        self.assertEqual(len(found), len(self.user(self.person)["chatrooms"]))
        self.ctl("contacts", "nobody", expect=NOT_FOUND)

    def test_send_waits_for_the_outcome(self):
        out, _ = self.ctl("send", "shop-01", "filehelper", "hello", "there", "--wait")
        self.assertIn("sent", out)
        self.assertEqual([s["text"] for s in self.sent()], ["hello there"])
        self.ctl("send", "shop-01", "filehelper", "-", "--wait", given="from a pipe\nin two lines\n")
        self.assertEqual(self.sent()[-1]["text"], "from a pipe\nin two lines")
        self.assertIn("contact_not_found", self.ctl("send", "shop-01", "nobody at all", "x", expect=NOT_FOUND)[1])

    def test_send_to_a_name_of_two_shows_both(self):
        for _ in range(2):
            self.control.post(f"/v1/users/{self.person}/contacts", {"nick": "Robin"})
        self.wait_for(lambda: len(self.admin.get("/v1/accounts/shop-01/contacts?query=Robin").json()["contacts"]) == 2,
                      "the new contacts")
        _, err = self.ctl("send", "shop-01", "Robin", "hello", expect=FAILURE)
        self.assertEqual(len([line for line in err.splitlines() if "Robin" in line]), 2, err)

    def test_send_that_was_refused_fails(self):
        former = next(c for c in self.user(self.person)["contacts"] if c["kind"] == "former")
        _, err = self.ctl("send", "shop-01", former["nick"], "hello", "--wait", expect=FAILURE)
        self.assertIn("refused", err)

    def test_events_are_followed(self):
        environment = {**os.environ, "WEIXIND_SOCKET": str(self.server.socket), "LC_ALL": "C.UTF-8"}
        child = subprocess.Popen([str(BIN / "weixinctl"), "events", "--count", "1", "-o", "json"], env=environment, text=True,
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.addCleanup(child.stdout.close)

        def told():
            # What the person writes is not answered, so that no event of an answer comes before it.
            self.inject(self.person, "an event", from_self=True, accounted=False)
            return child.poll() is not None
        self.wait_for(told, "the event")
        event = json.loads(child.stdout.read())
        self.assertEqual((child.returncode, event["event"], event["data"]["account"]), (OK, "message", "shop-01"))

    def test_status_and_version_are_told(self):
        out, _ = self.ctl("status")
        self.assertIn(str(self.server.process.pid), out)
        self.assertIn("1 online", out)
        self.assertEqual(json.loads(self.ctl("status", "-o", "json")[0])["ready"], True)
        self.assertIn("weixind ", self.ctl("version")[0])

    def test_names_from_outside_cannot_move_the_cursor(self):
        self.control.post(f"/v1/users/{self.person}/contacts", {"nick": "evil\u001b[2Jname"})
        self.wait_for(lambda: "evil" in self.ctl("contacts", "shop-01")[0], "the contact")
        self.assertNotIn("\u001b", self.ctl("contacts", "shop-01")[0])


class Failure(Ctl):
    def test_of_the_command_line_is_a_usage_error(self):
        for arguments in ((), ("account",), ("account", "fly", "shop-01"), ("--output", "yaml", "status"), ("send", "a", "b")):
            with self.subTest(arguments):
                self.ctl(*arguments, expect=USAGE)

    def test_to_reach_the_server_says_so(self):
        _, err = self.ctl("status", socket=self.directory / "nothing.sock", expect=UNREACHABLE)
        self.assertIn("nothing.sock", err)

    def test_of_a_server_that_says_nothing_is_a_timeout(self):
        self.server.process.freeze()
        try:
            self.ctl("status", "--timeout", "1", expect=TIMED_OUT)
        finally:
            self.server.process.thaw()


if __name__ == "__main__":
    main()
