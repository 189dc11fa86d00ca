#!/usr/bin/env python3
"""The service misbehaves in every way the simulator knows; accounts recover, and nothing is lost or doubled."""
import time

from harness import Case, main, metric

BEFORE_THE_WORK = ("http_status", "close", "reset", "empty", "html", "garbage", "deep_nesting", "huge", "garbage_head")
AFTER_THE_WORK = ("lost_response", "truncated", "cut_head", "cut_body", "short_length", "broken_chunks")


class Poll(Case):
    simulator_arguments = ("--hold", "0.5")

    def test_survives_every_fault_of_a_fetch_without_losing_or_doubling_a_message(self):
        self.add_online("shop-01", 1)
        for kind in (*BEFORE_THE_WORK, *AFTER_THE_WORK):
            with self.subTest(kind):
                self.fault(kind, "webwxsync", count=1)
                self.inject(1, kind + " {token}")
                self.wait_for_answers()
        self.assertEqual(self.user(1)["logins"], 1)
        self.assertEqual(self.account("shop-01")["state"], "online")

    def test_survives_every_fault_of_a_check(self):
        self.add_online("shop-01", 1)
        for kind in (*BEFORE_THE_WORK, *AFTER_THE_WORK):
            with self.subTest(kind):
                before = self.requests("synccheck")
                self.fault(kind, "synccheck", count=1)
                # The poll that is held now is not spoiled, the next one is.
                self.inject(1, kind + " {token}")
                self.wait_for_answers()
                self.wait_for(lambda before=before: self.requests("synccheck") >= before + 2, "the next polls")
        self.inject(1, "all well {token}")
        self.wait_for_answers()
        self.assertEqual(self.user(1)["logins"], 1)

    def test_takes_what_can_be_read_of_an_answer_with_broken_bytes(self):
        self.add_online("shop-01", 1)
        self.fault("bad_utf8", "webwxsync", count=1)
        self.inject(1, "between broken bytes {token}")
        self.wait_for_answers()

    def test_takes_a_slow_answer(self):
        self.add_online("shop-01", 1)
        self.fault("slow", "webwxsync", value=1500, count=1)
        self.inject(1, "take your time {token}")
        self.wait_for_answers()

    def test_does_not_spin_when_the_service_says_news_and_has_none(self):
        self.add_online("shop-01", 1)
        self.fault("selector", "synccheck", value=2)
        polls = self.requests("synccheck")
        begin = time.monotonic()
        self.wait_for(lambda: time.monotonic() - begin > 6, "six seconds", 10)
        self.assertLess(self.requests("synccheck") - polls, 12)
        self.control.delete("/v1/faults")
        self.inject(1, "real news {token}")
        self.wait_for_answers()


class LoginUnderFaults(Case):
    simulator_arguments = ("--hold", "2", "--auto")

    def test_gets_through_every_fault_of_every_step(self):
        for endpoint in ("jslogin", "login", "webwxinit", "webwxstatusnotify", "webwxgetcontact", "webwxbatchgetcontact"):
            self.control.post("/v1/users", {"count": 1})
            for kind in ("http_status", "reset", "garbage", "truncated"):
                self.fault(kind, endpoint, count=1)
            name = f"at-{endpoint}"
            self.add(name)
            nick = self.wait_for_state(name, "online")["nickname"]
            self.control.delete("/v1/faults")
            people = self.control.get("/v1/users").json()["users"]
            self.inject(next(p["user"] for p in people if p["nick"] == nick), "up {token}")
        self.wait_for_answers()

    def test_takes_a_new_code_when_the_answer_with_the_session_was_lost(self):
        self.fault("lost_response", "webwxnewloginpage", count=1)
        self.add("shop-01")
        self.wait_for_state("shop-01", "online")

    def test_waits_out_a_service_that_says_nothing(self):
        self.fault("stall", "jslogin", count=1)
        begin = time.monotonic()
        self.add("shop-01")
        self.wait_for_state("shop-01", "online")
        self.assertGreater(time.monotonic() - begin, 9, "the deadline of jslogin is ten seconds")
        self.assertEqual(metric(self.metrics(), "weixin_upstream_requests_total", endpoint="jslogin", result="timed_out"), 1)


class SendUnderFaults(Case):
    def test_is_unknown_and_never_repeated_when_it_may_have_arrived(self):
        self.add_online("shop-01", 1)
        for kind in ("lost_response", "reset", "cut_head", "cut_body", "html", "empty", "truncated"):
            with self.subTest(kind):
                self.fault(kind, "webwxsendmsg", count=1)
                text = f"only once: {kind}"
                record = self.wait_for_send("shop-01", self.send_text("shop-01", "filehelper", text), "unknown")
                self.assertIsNotNone(record["error"])
                self.wait_for_send("shop-01", self.send_text("shop-01", "filehelper", f"after {kind}"), "sent")
                self.assertLessEqual(len([s for s in self.sent() if s["text"] == text]), 1)
        self.assertEqual(self.requests("webwxsendmsg"), 14)

    def test_is_unknown_after_a_server_error(self):
        self.add_online("shop-01", 1)
        self.fault("http_status", "webwxsendmsg", value=502, count=1)
        self.wait_for_send("shop-01", self.send_text("shop-01", "filehelper", "once"), "unknown")
        self.assertEqual(self.requests("webwxsendmsg"), 1)

    def test_is_refused_when_the_service_says_so(self):
        self.add_online("shop-01", 1)
        self.fault("ret", "webwxsendmsg", value=1, count=1)
        self.wait_for_send("shop-01", self.send_text("shop-01", "filehelper", "no"), "refused")


class Outage(Case):
    users = 6

    def test_of_the_service_is_outlived_by_all_accounts(self):
        for user in range(1, 7):
            self.add_online(f"shop-{user:02}", user)
        self.fault("close")
        for user in range(1, 7):
            self.inject(user, "during the outage {token}")
        begin = time.monotonic()
        calls = sum(self.ledger()["requests"].values())
        self.wait_for(lambda: time.monotonic() - begin > 5, "five seconds of outage", 10)
        # Six accounts, two hosts: the breakers open after five failures in a row of each.
        self.assertLess(sum(self.ledger()["requests"].values()) - calls, 40, "a storm")
        self.control.delete("/v1/faults")
        self.wait_for_answers()
        self.assertEqual(self.server.states(), {"online": 6})


if __name__ == "__main__":
    main()
