#!/usr/bin/env python3
"""weixind ends, orderly or not, and starts again: sessions, sends and decisions are as they were."""
import signal

from harness import Case, main, metric


class RestartCase(Case):
    def stop(self):
        self.assertEqual(self.server.process.stop(), 0)

    def kill(self):
        self.server.process.signal(signal.SIGKILL)
        self.server.process.wait()

    def ends(self):
        return (("SIGTERM", self.stop), ("SIGKILL", self.kill))

    def record(self, name, send_id):
        return self.admin.get(f"/v1/accounts/{name}/outbox/{send_id}").json()

    def history(self, name):
        answer = self.admin.get(f"/v1/accounts/{name}/history")
        self.assertEqual(answer.status, 200, answer)
        return next(value for key, value in answer.json().items() if isinstance(value, list))


class Sessions(RestartCase):
    def test_go_on_without_a_scan(self):
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2)
        for name, end in self.ends():
            with self.subTest(name):
                end()
                self.start_server()
                for number, account in enumerate(("shop-01", "shop-02"), 1):
                    self.wait_for_state(account, "online")
                    self.assertEqual(self.user(number)["logins"], 1)
                self.assertEqual(metric(self.metrics(), "weixin_logins_total", result="resumed"), 2)
                self.inject(1, "are you back? {token}")
                self.wait_for_answers()

    def test_go_on_however_often_the_server_is_killed(self):
        self.add_online("shop-01", 1)
        for _ in range(5):
            self.kill()
            self.start_server()
            self.inject(1, "and now? {token}")
            self.wait_for_answers()
        self.assertEqual(self.user(1)["logins"], 1)

    def test_that_ended_meanwhile_say_why_and_ask_for_a_scan(self):
        self.add_online("shop-01", 1)
        self.kill()
        self.end_session(1, 1101)
        self.start_server()
        self.wait_for_code("shop-01")
        self.assertEqual(self.account("shop-01")["reason"], "1101")
        self.assertIn(("starting", "awaiting_scan", "1101"), [self.change(c) for c in self.history("shop-01")])
        self.log_in("shop-01", 1)
        self.inject(1, "back again {token}")
        self.wait_for_answers()

    @staticmethod
    def change(entry):
        return (entry["from"], entry["to"], entry["reason"])

    def test_are_kept_over_a_pause(self):
        self.add_online("shop-01", 1)
        self.command("shop-01", "pause")
        self.stop()
        self.start_server()
        self.assertEqual(self.account("shop-01")["state"], "stopped")
        self.command("shop-01", "resume")
        self.wait_for_state("shop-01", "online")
        self.assertEqual(self.user(1)["logins"], 1)

    def test_are_forgotten_by_a_logout(self):
        self.add_online("shop-01", 1)
        self.command("shop-01", "logout")
        self.kill()
        self.start_server()
        self.command("shop-01", "resume")
        self.log_in("shop-01", 1)
        self.assertEqual(self.user(1)["logins"], 2)


class Messages(RestartCase):
    def test_of_the_time_away_are_answered_once(self):
        self.add_online("shop-01", 1)
        for name, end in self.ends():
            with self.subTest(name):
                self.inject(1, "before {token}")
                self.wait_for_answers()
                end()
                for _ in range(5):
                    self.inject(1, "while you were away {token}")
                self.start_server()
                self.wait_for_answers()


class Sends(RestartCase):
    def test_that_were_interrupted_are_unknown_and_those_that_wait_go_out_in_order(self):
        self.add_online("shop-01", 1)
        for name, end in self.ends():
            with self.subTest(name):
                before = len(self.sent())
                self.fault("stall", "webwxsendmsg", count=1)
                ids = [self.send_text("shop-01", "filehelper", f"{name} {n}") for n in range(4)]
                self.wait_for_send("shop-01", ids[0], "attempting")
                end()
                self.start_server()
                for send_id in ids[1:]:
                    self.wait_for_send("shop-01", send_id, "sent")
                self.assertEqual(self.record("shop-01", ids[0])["state"], "unknown")
                self.assertEqual([s["text"] for s in self.sent()[before:]], [f"{name} {n}" for n in range(1, 4)])

    def test_to_a_friend_keep_their_recipient(self):
        self.add_online("shop-01", 1)
        friend = next(c for c in self.admin.get("/v1/accounts/shop-01/contacts?kind=friend").json()["contacts"])
        self.command("shop-01", "pause")
        send_id = self.send_text("shop-01", friend["ref"], "later")
        self.kill()
        self.start_server()
        self.command("shop-01", "resume")
        self.wait_for_send("shop-01", send_id, "sent")
        contacts = self.admin.get("/v1/accounts/shop-01/contacts?kind=friend").json()["contacts"]
        self.assertIn(friend, contacts, "the reference means the same person")


class Held(RestartCase):
    def test_stays_held_over_a_restart(self):
        self.add_online("shop-01", 1)
        self.end_session(1, 1102)
        self.wait_for_state("shop-01", "held")
        asked = self.requests("jslogin")
        for name, end in self.ends():
            with self.subTest(name):
                end()
                self.start_server()
                account = self.wait_for_state("shop-01", "held")
                self.assertEqual((account["reason"], account["desired"]), ("kicked", "running"))
        self.add_online("shop-02", 2)
        self.assertEqual(self.requests("jslogin") - asked, 1, "the held account asked for nothing")
        self.command("shop-01", "resume")
        self.log_in("shop-01", 1)


if __name__ == "__main__":
    main()
