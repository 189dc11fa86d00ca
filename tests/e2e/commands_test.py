#!/usr/bin/env python3
"""What an operator does to an account that is there already."""
from harness import Case, main


class Pause(Case):
    def test_stops_polling_and_keeps_the_session(self):
        self.add_online("shop-01", 1)
        account = self.command("shop-01", "pause")
        self.assertEqual((account["state"], account["desired"]), ("stopped", "paused"))
        self.inject(1, "while you were away {token}")
        polls = self.requests("synccheck")
        self.command("shop-01", "resume")
        self.wait_for_state("shop-01", "online")
        self.wait_for_answers()
        self.assertEqual(self.user(1)["logins"], 1)
        self.assertLessEqual(self.requests("synccheck") - polls, 3)

    def test_holds_back_what_is_to_be_sent_until_resume(self):
        self.add_online("shop-01", 1)
        self.command("shop-01", "pause")
        send_id = self.send_text("shop-01", "filehelper", "later")
        self.assertEqual(self.account("shop-01")["queue"], 1)
        self.assertEqual(self.sent(), [])
        self.command("shop-01", "resume")
        self.wait_for_send("shop-01", send_id, "sent")

    def test_during_a_login_takes_the_code_away(self):
        self.add("shop-01")
        self.wait_for_code("shop-01")
        self.command("shop-01", "pause")
        self.assertEqual(self.admin.get("/v1/accounts/shop-01/qr").status, 204)
        self.command("shop-01", "resume")
        self.log_in("shop-01", 1)


class Restart(Case):
    def test_starts_new_actors_on_the_same_session(self):
        self.add_online("shop-01", 1)
        account = self.command("shop-01", "restart")
        self.assertEqual(account["restarts"], 1)
        self.wait_for_state("shop-01", "online")
        self.inject(1, "still you? {token}")
        self.wait_for_answers()
        self.assertEqual(self.user(1)["logins"], 1)


class Relogin(Case):
    def test_drops_the_session_and_asks_for_a_new_code(self):
        self.add_online("shop-01", 1)
        old = self.admin.get("/v1/accounts/shop-01/contacts").json()["contacts"]
        self.command("shop-01", "relogin")
        self.log_in("shop-01", 1)
        self.assertEqual(self.user(1)["logins"], 2)
        self.inject(1, "hello again {token}")
        self.wait_for_answers()
        # A reference means the same person in the new session, and is never given to another one.
        names = {c["ref"]: c["nick"] for c in self.admin.get("/v1/accounts/shop-01/contacts").json()["contacts"]}
        friends = [c for c in old if c["kind"] == "friend"]
        self.assertEqual([names[c["ref"]] for c in friends if c["ref"] in names],
                         [c["nick"] for c in friends if c["ref"] in names])
        known = next(c for c in friends if c["ref"] in names)
        self.wait_for_send("shop-01", self.send_text("shop-01", known["ref"], "who are you?"), "sent")


class Logout(Case):
    def test_ends_the_session_at_the_service_and_rests(self):
        self.add_online("shop-01", 1)
        account = self.command("shop-01", "logout")
        self.assertEqual((account["state"], account["desired"]), ("stopped", "paused"))
        self.wait_for(lambda: self.user(1)["session"]["ended"] is not None, "the end of the session")
        self.assertEqual(self.requests("jslogin"), 1)

    def test_is_undone_by_resume_with_a_new_code(self):
        self.add_online("shop-01", 1)
        self.command("shop-01", "logout")
        self.command("shop-01", "resume")
        self.log_in("shop-01", 1)


class Remove(Case):
    def test_ends_the_account_and_frees_its_name(self):
        self.add_online("shop-01", 1)
        answer = self.admin.delete("/v1/accounts/shop-01")
        self.assertEqual((answer.status, answer.body), (204, b""))
        self.problem(self.admin.get("/v1/accounts/shop-01"), 404, "account_not_found")
        self.assertEqual(self.server.accounts(), [])
        self.wait_for(lambda: 'account="shop-01"' not in self.metrics(), "its series to go")
        # The person is free too: nobody claims the user any more.
        self.add_online("shop-01", 1)

    def test_of_one_account_leaves_the_others_alone(self):
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2)
        self.assertEqual(self.admin.delete("/v1/accounts/shop-01").status, 204)
        self.inject(2, "I am still here {token}")
        self.wait_for_answers()


class Bots(Case):
    def test_can_be_changed_without_a_new_login(self):
        self.add_online("shop-01", 1)
        answer = self.admin.patch("/v1/accounts/shop-01", {"bots": []})
        self.assertEqual((answer.status, answer.json()["bots"]), (200, []))
        events = self.events()
        self.inject(1, "anybody there?", accounted=False)
        events.next("message", text="anybody there?")
        self.admin.patch("/v1/accounts/shop-01", {"bots": ["echo"]})
        self.inject(1, "and now? {token}")
        self.wait_for_answers()
        self.assertEqual((len(self.sent()), self.user(1)["logins"]), (1, 1))

    def test_of_an_account_are_none_unless_the_operator_says_so(self):
        self.server.process.stop()
        self.start_server(self.configuration(bots="[]"))
        self.assertEqual(self.add("shop-01")["bots"], [])
        self.assertEqual(self.add("shop-02", bots=["echo"])["bots"], ["echo"])

    def test_answer_by_rules(self):
        rules = """
[bots.faq]
type = "auto_reply"
[[bots.faq.rules]]
exact = "hours"
reply = "from 9 to 18"
[[bots.faq.rules]]
contains = "parking"
reply = "behind the house"
[[bots.faq.rules]]
pattern = '^order (\\d+)$'
reply = 'order \\1: one moment'
"""
        self.server.process.stop()
        self.start_server(self.configuration(extra=rules))
        self.add_online("shop-01", 1, bots=["faq"])
        events = self.events()
        for text in ("hours", "is there a parking lot?", "order 4711", "something else"):
            self.inject(1, text, accounted=False)
        events.next("message", text="something else")
        self.wait_for(lambda: len(self.sent()) == 3, "three answers")
        self.assertEqual([s["text"] for s in self.sent()], ["from 9 to 18", "behind the house", "order 4711: one moment"])


if __name__ == "__main__":
    main()
