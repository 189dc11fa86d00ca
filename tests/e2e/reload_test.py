#!/usr/bin/env python3
"""The configuration is read again while weixind runs: as a whole or not at all, and no session ends because of it."""
import os
import re
import signal
import time

from harness import Case, main

RULES = """
[bots.faq]
type = "auto_reply"
[[bots.faq.rules]]
pattern = 'hello (\\S+)'
reply = 'FAQ \\1'
"""


class Reload(Case):
    def configure(self, extra="", **replacements):
        """Writes the file; `replacements` are of the text that the server started with."""
        text = self.configuration(extra=self.extra_configuration + extra)
        for old, new in replacements.get("replace", {}).items():
            self.assertIn(old, text)
            text = text.replace(old, new)
        self.server.config_path.write_text(text, encoding="utf-8")

    def reload(self, **body):
        answer = self.admin.post("/v1/reload", body)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def refused(self, code, status, **body):
        return self.problem(self.admin.post("/v1/reload", body), status, code)

    def ctl(self, *arguments, expect=0):
        return self.run_program("weixinctl", "--socket", self.server.socket, *arguments, expect=expect)

    def metric(self, name):
        return float(re.search(rf"(?m)^{re.escape(name)} (\S+)$", self.metrics())[1])

    def wait_for_log(self, text, times=1):
        self.wait_for(lambda: self.server.process.log().count(text) >= times, text)


class Bots(Reload):
    def test_answer_otherwise_from_the_next_message_on_and_no_session_ends(self):
        self.add_online("shop-01", 1, bots=["echo"])
        self.inject(1, "hello {token}")
        self.wait_for_answers()
        self.configure(RULES + '[[account]]\nname = "shop-01"\nbots = ["faq"]\n')
        done = self.reload()
        self.assertEqual(done["changed"], ["bots.*", "account.*"])
        self.assertEqual([(c["action"], c["name"]) for c in done["accounts"]["changes"]], [("change", "shop-01")])
        self.inject(1, "hello {token}")
        self.wait_for_answers()
        self.assertTrue(self.sent(1)[-1]["text"].startswith("FAQ "), self.sent(1)[-1])
        self.assertEqual(self.user(1)["logins"], 1)
        self.assertEqual(self.account("shop-01")["state"], "online")

    def test_that_are_gone_answer_nothing_and_come_back(self):
        self.add_online("shop-01", 1, bots=["echo"])
        self.configure(replace={'[bots.echo]\ntype = "echo"\n': "", 'bots = ["echo"]': "bots = []"})
        self.reload()
        self.inject(1, "nobody is there", accounted=False)
        self.wait_for(lambda: self.account("shop-01")["messages_in"] == 1, "the message")
        seen = len(self.sent(1))
        self.configure()
        self.reload()
        self.inject(1, "are you back? {token}")
        self.wait_for_answers()
        self.assertEqual(len(self.sent(1)), seen + 1)


class Load(Reload):
    users = 10

    def test_loses_no_message_and_doubles_none(self):
        for number in range(1, 11):
            self.add_online(f"shop-{number:02}", number, bots=["echo"])
        started = self.admin.post("/v1/reload").status
        self.assertEqual(started, 200)
        self.assertEqual(self.control.post("/v1/load", {"rate_per_second": 60, "seconds": 8}).status, 202)
        end = time.monotonic() + 8
        rounds = 0
        while time.monotonic() < end:
            rounds += 1
            more = "" if rounds % 2 else RULES
            self.configure(more + f"\n[limits]\nreconnects_per_second = {40 + rounds}\n",
                           replace={'type = "echo"\n': f'type = "echo"\nmax_age = "{2 + rounds % 3}m"\n'})
            self.reload()
        self.assertGreater(rounds, 5)
        ledger = self.wait_for_answers()
        self.assertGreater(ledger["injected"], 300)
        for number in range(1, 11):
            self.assertEqual(self.user(number)["logins"], 1)
        self.assertEqual(self.metric('weixin_config_reloads_total{result="ok"}'), rounds + 1)


class Refused(Reload):
    def test_as_a_whole_with_every_mistake(self):
        self.add_online("shop-01", 1, bots=["echo"])
        before = self.account("shop-01")
        good = self.server.config_path.read_text()
        self.configure('[limits]\nmax_accounts = 0\nlogin_per_second = 3\n[[account]]\nname = "shop-02"\nbots = ["nobody"]\n'
                       '[[account]]\nname = "shop-02"\n[[account]]\nname = "shop-01"\nbots = []\n',
                       replace={'type = "echo"': 'type = "ecko"'})
        errors = [e["detail"] for e in self.refused("config_invalid", 422)["errors"]]
        self.assertEqual(len(errors), 5, errors)
        for number, what in enumerate(("bots.echo.type", "limits.max_accounts", "limits.login_per_second", "account.bots",
                                       "account.name")):
            self.assertRegex(errors[number], rf"weixind\.toml:\d+:\d+: {re.escape(what)}: ")
        self.assertIn("did you mean limits.logins_per_second?", errors[2])
        self.assertEqual(self.metric("weixin_config_last_reload_successful"), 0)
        self.wait_for_log("event=config.reload result=rejected")
        _, _, told = self.ctl("reload", expect=1)
        self.assertIn("limits.max_accounts", told)
        after = self.account("shop-01")
        self.assertEqual({k: after[k] for k in ("bots", "state", "state_since")},
                         {k: before[k] for k in ("bots", "state", "state_since")})
        self.assertEqual([a["name"] for a in self.server.accounts()], ["shop-01"])
        self.inject(1, "still an echo {token}")
        self.wait_for_answers()
        self.server.config_path.write_text(good)
        self.assertEqual(self.reload()["changed"], [])
        self.assertEqual(self.metric("weixin_config_last_reload_successful"), 1)

    def test_when_a_key_wants_a_restart_and_the_rest_is_not_done_either(self):
        self.configure('[limits]\nmax_accounts = 1\n[runtime]\nshards = 1\n[sends]\nmax_spool_bytes = 2000000\n')
        problem = self.refused("restart_needed", 409)
        self.assertIn("runtime.shards, sends.*", problem["detail"])
        self.add("shop-01")
        self.add("shop-02")

    def test_when_the_file_is_gone_or_none(self):
        self.server.config_path.rename(self.directory / "elsewhere.toml")
        self.refused("config_invalid", 422)
        for text in ("\x00", "[limits\n", "a" * 1_100_000, "a." * 30_000 + "b = 1\n"):
            self.server.config_path.write_text(text)
            problem = self.refused("config_invalid", 422)
            self.assertEqual(len(problem["errors"]), 1)
        self.add_online("shop-01", 1)

    def test_when_it_is_asked_for_something_else(self):
        for body in ({"check": "yes"}, {"chekc": True}):
            self.refused("invalid_argument", 422, **body)

    def test_when_a_new_account_has_no_room(self):
        self.add("shop-01")
        self.configure('[limits]\nmax_accounts = 1\n[[account]]\nname = "shop-02"\n')
        errors = self.refused("config_invalid", 422)["errors"]
        self.assertEqual(errors, [{"detail": "account shop-02: there would be 2 accounts: limits.max_accounts is reached"}])


class Signal(Reload):
    def test_reads_the_file_again(self):
        self.configure('[[account]]\nname = "shop-01"\n')
        self.server.process.signal(signal.SIGHUP)
        self.wait_for_log("event=config.reload result=ok changed=account.* accounts_changed=1")
        self.wait_for_code("shop-01")
        self.configure("mistake = 1\n")
        self.server.process.signal(signal.SIGHUP)
        self.wait_for_log("event=config.reload result=rejected")
        self.wait_for_log("event=log.reopened", 2)
        self.assertIn("mistake", self.server.process.log())

    def test_is_in_the_audit_with_its_sender_and_what_came_of_it(self):
        for extra, status, code in (("", 200, None), ("mistake = 1\n", 422, "config_invalid")):
            self.configure(extra)
            self.server.process.signal(signal.SIGHUP)
            self.wait_for(lambda: self.admin.get("/v1/audit").json()["audit"][-1:] and
                          self.admin.get("/v1/audit").json()["audit"][-1]["status"] == status, "the row")
            row = self.admin.get("/v1/audit").json()["audit"][-1]
            self.assertEqual((row["call"], row["code"], row["who"], row["uid"], row["pid"], row["refused"]),
                             ("SIGHUP", code, "local", os.getuid(), os.getpid(), False))


class Check(Reload):
    def test_changes_nothing(self):
        self.configure('[[account]]\nname = "shop-01"\n[limits]\nmax_accounts = 7\n')
        done = self.reload(check=True)
        self.assertFalse(done["applied"])
        self.assertEqual(done["changed"], ["limits.*", "account.*"])
        _, out, _ = self.ctl("reload", "--check")
        self.assertEqual(out, "+ shop-01 bots: [echo]\nwould be taken over: limits.*, account.*\n")
        self.assertEqual(self.server.accounts(), [])
        self.assertEqual(self.metric('weixin_config_reloads_total{result="ok"}'), 0)
        _, out, _ = self.ctl("reload")
        self.assertEqual(out, "+ shop-01 bots: [echo]\nreloaded: limits.*, account.*\n")
        _, out, _ = self.ctl("reload")
        self.assertEqual(out, "reloaded: nothing changed\n")


class Accounts(Reload):
    def test_that_are_declared_are_there_from_the_start_on(self):
        self.assertEqual(self.server.process.stop(), 0)
        self.start_server(self.configuration(extra=self.extra_configuration + '[[account]]\nname = "shop-01"\n'
                                             '[[account]]\nname = "shop-02"\nbots = []\ndesired = "paused"\n'))
        self.log_in("shop-01", 1)
        self.assertEqual(self.account("shop-02")["state"], "stopped")
        self.inject(1, "hello {token}")
        self.wait_for_answers()
        self.assertEqual(self.server.process.stop(), 0)
        self.start_server(self.server.config_path.read_text())
        self.wait_for_state("shop-01", "online")
        self.assertEqual(self.user(1)["logins"], 1)

    def test_are_put_back_but_for_what_the_file_does_not_name(self):
        declared = '[[account]]\nname = "shop-01"\nbots = ["echo"]\n'
        self.configure(declared)
        self.reload()
        self.log_in("shop-01", 1)
        self.assertEqual(self.admin.patch("/v1/accounts/shop-01", {"bots": [], "media": "all"}).status, 200)
        self.command("shop-01", "pause")
        done = self.reload()
        self.assertEqual([f["field"] for f in done["accounts"]["changes"][0]["fields"]], ["bots"])
        account = self.account("shop-01")
        self.assertEqual((account["bots"], account["media"], account["desired"]), (["echo"], "all", "paused"))
        self.configure(declared + 'desired = "running"\n')
        self.reload()
        self.wait_for_state("shop-01", "online")
        self.assertEqual(self.user(1)["logins"], 1)

    def test_stay_when_the_file_does_not_declare_them_any_more(self):
        self.configure('[[account]]\nname = "shop-01"\n')
        self.reload()
        self.log_in("shop-01", 1)
        self.configure()
        self.assertEqual(self.reload()["undeclared"], ["shop-01"])
        self.wait_for_log("event=config.undeclared accounts=1 names=shop-01")
        self.inject(1, "still here {token}")
        self.wait_for_answers()

    def test_reach_weixin_through_a_proxy_whose_password_nobody_sees(self):
        secret = self.directory / "proxy.txt"
        secret.write_text("http://anna:canary-password@127.0.0.1:1\n")
        self.configure(f'[[account]]\nname = "shop-01"\nproxy_file = "{secret}"\n')
        done = self.admin.post("/v1/reload")
        self.assertEqual(done.status, 200, done)
        self.assertIn('"after":"http://127.0.0.1:1"', done.text)
        self.wait_for(lambda: self.account("shop-01")["reason"] == "proxy_failed", "the proxy to be tried")
        secret.write_text("canary-password\n")
        refused = self.admin.post("/v1/reload")
        self.assertEqual(refused.status, 422)
        for text in (done.text, refused.text, self.server.process.log()):
            self.assertNotIn("canary", text)

    def test_of_a_file_that_is_checked_before_the_start(self):
        bad = self.directory / "bad.toml"
        bad.write_text('[[account]]\nname = "shop-01"\nbots = ["nobody"]\n[[account]]\nname = "shop-01"\n'
                       'proxy = "gopher://x"\n')
        _, _, told = self.run_program("weixind", "--check-config", "--config", bad, expect=78)
        for what in ("bad.toml:3:9: account.bots: ", "bad.toml:5:8: account.name: ", "bad.toml:6:9: account.proxy: "):
            self.assertIn(what, told)


class Settings(Reload):
    def test_change_at_once(self):
        self.add("shop-01")
        self.configure('[limits]\nmax_accounts = 1\n[store]\ninbox_age = "2d"\n[defaults]\nmedia = "none"\n',
                       replace={'[defaults]\nbots = ["echo"]\n': "", 'level = "debug"': 'level = "warn"',
                                'profile = "none"': 'profile = "conservative"'})
        self.assertEqual(self.reload()["changed"], ["limits.*", "pacing.*", "store.inbox_age", "log.level", "defaults.bots",
                                                     "defaults.media"])
        self.problem(self.admin.post("/v1/accounts", {"name": "shop-02"}), 429, "queue_full")
        self.assertEqual(self.admin.get("/v1/store").json()["retention"]["inbox_hours"], 48)
        # Each account hears of it on its own shard, a moment later.
        self.wait_for(lambda: self.account("shop-01")["media"] == "none", "the account to have heard")
        quiet = self.server.process.log()
        self.command("shop-01", "pause")
        self.assertEqual(self.server.process.log(), quiet, "account.command is of level info")

    def test_of_the_pace_hold_back_what_is_sent_next(self):
        self.add_online("shop-01", 1, bots=[])
        self.configure("[pacing.text]\ninterval = 3600.0\n", replace={'profile = "none"': 'profile = "conservative"'})
        self.reload()
        first, second = (self.send_text("shop-01", "filehelper", t) for t in ("one", "two"))
        self.wait_for_send("shop-01", first, "sent")
        self.wait_for(lambda: (self.account("shop-01")["pacing"].get("text") or {}).get("waiting") == 1, "the second to wait")
        self.configure()
        self.reload()
        self.wait_for_send("shop-01", second, "sent")


if __name__ == "__main__":
    main()
