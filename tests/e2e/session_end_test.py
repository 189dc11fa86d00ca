#!/usr/bin/env python3
"""How sessions end, and what the server makes of it."""
import datetime

from harness import Case, main, metric


class SessionEnd(Case):
    def test_by_1101_asks_for_a_new_code_and_goes_on_after_it(self):
        self.add_online("shop-01", 1)
        events = self.events()
        self.end_session(1, 1101)
        self.assertEqual(events.next("state", state="starting")["data"]["reason"], "1101")
        events.next("qr")
        self.log_in("shop-01", 1)
        self.inject(1, "back again {token}")
        self.wait_for_answers()
        self.assertEqual(metric(self.metrics(), "weixin_logouts_total", account="shop-01", reason="1101"), 1)

    def test_by_1101_loses_no_message_that_the_service_still_has(self):
        self.add_online("shop-01", 1)
        self.command("shop-01", "pause")
        self.inject(1, "in between {token}")
        self.end_session(1, 1101)
        self.command("shop-01", "resume")
        self.log_in("shop-01", 1)
        self.wait_for_answers()

    def test_by_1100_after_good_polls_asks_for_a_new_code(self):
        self.add_online("shop-01", 1)
        self.inject(1, "a good poll {token}")
        self.wait_for_answers()
        self.wait_for(lambda: self.requests("synccheck") >= 2, "a second poll")
        self.end_session(1, 1100)
        self.log_in("shop-01", 1)

    def test_by_1102_right_after_a_login_is_held_and_never_retried(self):
        self.add_online("shop-01", 1)
        self.end_session(1, 1102)
        held = self.wait_for_state("shop-01", "held")
        self.assertEqual((held["reason"], held["desired"]), ("kicked", "running"))
        self.assertEqual(self.admin.get("/v1/accounts/shop-01/qr").status, 204)
        requests = self.ledger()["requests"]
        self.add_online("shop-02", 2)
        after = self.ledger()["requests"]
        self.assertEqual(after["jslogin"] - requests["jslogin"], 1, "the held account asked for nothing")
        self.command("shop-01", "relogin")
        self.log_in("shop-01", 1)

    def test_for_the_third_time_in_an_hour_is_held(self):
        self.add_online("shop-01", 1)
        for _ in range(2):
            self.end_session(1, 1101)
            self.log_in("shop-01", 1)
        self.end_session(1, 1101)
        self.assertEqual(self.wait_for_state("shop-01", "held")["reason"], "kicked")

    def test_that_webwxinit_denies_is_none(self):
        self.add_online("shop-01", 1)
        self.fault("ret", "webwxsendmsg", value=1101, count=1)
        send_id = self.send_text("shop-01", "filehelper", "important")
        self.wait_for_send("shop-01", send_id, "sent")
        self.assertEqual((len(self.sent()), self.user(1)["logins"]), (1, 1))
        self.assertEqual(metric(self.metrics(), "weixin_logins_total", result="resumed"), 1)

    def test_seen_by_a_send_keeps_the_message_for_the_next_session(self):
        self.add_online("shop-01", 1)
        self.fault("ret", "webwxinit", value=1101, count=1)
        self.fault("ret", "webwxsendmsg", value=1101, count=1)
        send_id = self.send_text("shop-01", "filehelper", "important")
        self.wait_for_code("shop-01")
        self.assertEqual(self.admin.get(f"/v1/accounts/shop-01/outbox/{send_id}").json()["state"], "queued")
        self.log_in("shop-01", 1)
        self.wait_for_send("shop-01", send_id, "sent")
        self.assertEqual(len(self.sent()), 1)

    def test_of_one_account_does_not_touch_another(self):
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2)
        self.end_session(1, 1101)
        self.wait_for_code("shop-01")
        self.inject(2, "and me? {token}")
        self.wait_for_answers()
        self.assertEqual(self.account("shop-02")["state"], "online")


class TooFrequent(Case):
    def test_pauses_sends_and_says_until_when(self):
        self.add_online("shop-01", 1)
        self.fault("ret", "webwxsendmsg", value=1205, count=1)
        send_id = self.send_text("shop-01", "filehelper", "one too many")
        account = self.wait_for_state("shop-01", "throttled")
        self.assertEqual((account["reason"], account["queue"]), ("too_frequent", 1))
        pause = datetime.datetime.fromisoformat(account["retry_at"]) - datetime.datetime.fromisoformat(account["state_since"])
        self.assertAlmostEqual(pause.total_seconds(), 300, delta=5)
        record = self.admin.get(f"/v1/accounts/shop-01/outbox/{send_id}").json()
        self.assertEqual(record["state"], "queued")
        self.assertEqual(len([s for s in self.sent() if s["ret"] == 0]), 0)

    def test_keeps_the_session_and_is_ended_by_the_operator(self):
        self.add_online("shop-01", 1)
        self.fault("ret", "webwxsendmsg", value=1205, count=1)
        send_id = self.send_text("shop-01", "filehelper", "one too many")
        self.wait_for_state("shop-01", "throttled")
        self.command("shop-01", "restart")
        self.wait_for_state("shop-01", "online")
        self.wait_for_send("shop-01", send_id, "sent")
        self.assertEqual(self.user(1)["logins"], 1)


if __name__ == "__main__":
    main()
