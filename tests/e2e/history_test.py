#!/usr/bin/env python3
"""Why an account was not online has an answer, also days and restarts later."""
import json

from harness import Case, main

HISTORY = "/v1/accounts/shop-01/history"


class History(Case):
    def setUp(self):
        super().setUp()
        self.add_online("shop-01", 1)

    def page(self, query=""):
        answer = self.admin.get(HISTORY + query)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def steps(self):
        return [(c["from"], c["to"]) for c in self.page("?limit=1000")["history"]]

    def test_tells_each_change_with_time_and_reason(self):
        self.command("shop-01", "pause")
        self.wait_for(lambda: self.steps()[-1:] == [("online", "stopped")], "the change")
        changes = self.page()["history"]
        self.assertEqual(set(changes[0]), {"id", "at", "from", "to", "reason"})
        self.assertEqual([c["to"] for c in changes if c["to"] in ("awaiting_scan", "awaiting_confirm", "online", "stopped")]
                         [-4:], ["awaiting_scan", "awaiting_confirm", "online", "stopped"])
        self.assertEqual(changes[-1]["reason"], "paused")
        for before, after in zip(changes, changes[1:]):
            self.assertEqual(before["to"], after["from"])
            self.assertLessEqual(before["at"], after["at"])
            self.assertLess(before["id"], after["id"])

    def test_is_read_from_the_newest_or_page_by_page(self):
        for _ in range(2):
            self.command("shop-01", "pause")
            self.command("shop-01", "resume")
            self.wait_for_state("shop-01", "online")
        self.wait_for(lambda: self.steps()[-1][1] == "online", "the last change")
        everything = self.page("?after=0&limit=1000")["history"]
        newest = self.page("?limit=2")
        self.assertEqual((newest["history"], newest["next"]), (everything[-2:], None))
        seen, after = [], 0
        while after is not None:
            page = self.page(f"?after={after}&limit=3")
            seen += page["history"]
            after = page["next"]
        self.assertEqual(seen, everything)

    def test_survives_a_crash_of_the_server(self):
        before = self.page()["history"]
        self.server.process.signal(9)
        self.server.process.wait()
        self.start_server()
        self.wait_for_state("shop-01", "online")
        self.assertEqual(self.page()["history"][:len(before)], before)

    def test_goes_with_its_account(self):
        self.assertEqual(self.admin.delete("/v1/accounts/shop-01").status, 204)
        self.problem(self.admin.get(HISTORY), 404, "account_not_found")
        self.add("shop-01")
        self.assertNotIn("online", [to for _, to in self.steps()])

    def test_with_a_bad_question_is_refused(self):
        for bad in ("limit=0", "limit=1000000000", "limit=x", "after=-1", "after=", "after=x", "since=yesterday"):
            with self.subTest(bad):
                self.problem(self.admin.get(f"{HISTORY}?{bad}"), 422, "invalid_argument")

    def test_is_a_table_in_the_terminal(self):
        code, out, err = self.run_program("weixinctl", "--socket", self.server.socket, "account", "history", "shop-01",
                                          expect=0)
        self.assertEqual(out.splitlines()[0].split(), "ID AT FROM TO REASON".split(), err)
        self.assertIn(" online ", out.splitlines()[-1])
        _, out, _ = self.run_program("weixinctl", "--socket", self.server.socket, "account", "history", "shop-01", "-o",
                                     "json", expect=0)
        self.assertEqual(json.loads(out)["history"], self.page()["history"])


if __name__ == "__main__":
    main()
