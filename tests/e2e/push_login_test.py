#!/usr/bin/env python3
"""After a session's end the phone is asked to confirm, and nobody has to scan."""
from harness import Case, main


class PushLogin(Case):
    push_login = True

    def pushed_code(self):
        """The login that waits for the phone's yes."""
        def waiting():
            codes = self.control.get("/v1/logins").json()["logins"]
            return next((c["uuid"] for c in codes if c["pushed"] and c["state"] == "scanned"), None)
        return self.wait_for(waiting, "a pushed login")

    def test_brings_a_session_back_that_ended(self):
        self.add_online("shop-01", 1)
        self.end_session(1, 1101)
        waiting = self.wait_for_state("shop-01", "awaiting_confirm")
        self.assertEqual(waiting["reason"], "1101")
        self.assertEqual(self.admin.get("/v1/accounts/shop-01/qr").status, 204)
        self.phone("confirm", self.pushed_code())
        self.wait_for_state("shop-01", "online")
        self.assertEqual(self.requests("jslogin"), 1)
        self.inject(1, "back again {token}")
        self.wait_for_answers()

    def test_shows_a_code_when_the_person_says_no(self):
        self.add_online("shop-01", 1)
        self.end_session(1, 1101)
        self.phone("cancel", self.pushed_code())
        self.log_in("shop-01", 1)
        self.assertEqual(self.requests("webwxpushloginurl"), 1)

    def test_follows_a_logout_and_a_restart_of_the_server(self):
        self.add_online("shop-01", 1)
        self.command("shop-01", "logout")
        self.wait_for_state("shop-01", "stopped")
        self.server.process.stop()
        self.start_server()
        self.command("shop-01", "resume")
        self.phone("confirm", self.pushed_code())
        self.wait_for_state("shop-01", "online")
        self.assertEqual(self.requests("jslogin"), 1)

    def test_is_not_tried_after_a_kick(self):
        self.add_online("shop-01", 1)
        self.end_session(1, 1102)
        self.wait_for_state("shop-01", "held")
        self.command("shop-01", "resume")
        self.log_in("shop-01", 1)
        self.assertEqual(self.requests("webwxpushloginurl"), 0)


if __name__ == "__main__":
    main()
