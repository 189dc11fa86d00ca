#!/usr/bin/env python3
"""What Weixin is asked, and what the protocol can do besides: against weixinsim, which counts every breach."""
from contact_case import Operations, quoted
from harness import main


class Questions(Operations):
    def test_weixin_searches_contacts(self):
        friend = self.friends()[0]
        operation = self.done(self.admin.post(f"{self.base}/contacts/search", {"keyword": friend["nick"]}), "answered")
        self.assertIsNone(operation["to"])
        self.assertIn(self.ref(friend["nick"]), [c["ref"] for c in operation["found"]])
        listed = self.admin.get(f"{self.base}/operations").json()["operations"]
        self.assertEqual(listed, [operation])
        self.assertEqual(self.done(self.admin.post(f"{self.base}/contacts/search", {"keyword": "nobody at all"}),
                                   "answered")["found"], [])
        self.problem(self.admin.post(f"{self.base}/contacts/search", {"keyword": ""}), 422, "invalid_argument")
        self.problem(self.admin.post(f"{self.base}/contacts/search", {}), 422, "invalid_argument")

    def test_weixin_is_asked_about_a_link_that_nobody_opens(self):
        link = "https://example.org/?a=1&b=%20"
        operation = self.done(self.admin.post(f"{self.base}/links/check", {"url": link}), "answered")
        self.assertEqual(operation["leads_to"], link)
        self.assertEqual(self.requests("webwxcheckurl"), 1)
        self.assertNotIn("example.org", self.server.process.log())
        self.assertNotIn("example.org", str(self.admin.get("/v1/audit").json()))
        for wrong in ("example.org", "ftp://example.org/", "https://example.org/ x"):
            self.problem(self.admin.post(f"{self.base}/links/check", {"url": wrong}), 422, "invalid_argument")
        self.fault("ret", "webwxcheckurl", value=1205, count=1)
        refused = self.done(self.admin.post(f"{self.base}/links/check", {"url": link}), "refused", "too_frequent")
        self.assertEqual((refused["ret"], refused["leads_to"]), (1205, None))
        self.wait_for_state("shop-01", "throttled")

    def test_a_click_is_reported_only_when_somebody_says_so(self):
        self.assertEqual(self.requests("webwxstatreport"), 0)
        self.done(self.admin.post(f"{self.base}/activity", {"action": "send-message"}), "answered")
        self.assertEqual(self.requests("webwxstatreport"), 1)

    def test_question_that_is_lost_is_refused_and_not_unknown(self):
        self.fault("lost_response", "webwxsearchcontact", count=1)
        answer = self.admin.post(f"{self.base}/contacts/search", {"keyword": "x"})
        self.assertEqual((answer.status, answer.json()["state"]), (200, "refused"), answer)

    def test_names_of_members_that_came_without_one_are_asked_for(self):
        room = self.user(1)["chatrooms"][0]
        self.control.patch(f"/v1/users/1/chatrooms/{quoted(room['id'])}", {"nameless": True})
        group = self.group_of(room["topic"])["ref"]

        def names():
            return [m["nick"] for m in self.admin.get(f"{self.base}/groups/{group}/members").json()["members"]]

        self.wait_for(lambda: "" in names(), "members without a name")
        operation = self.done(self.admin.post(f"{self.base}/groups/{group}/members/names"))
        self.assertEqual(operation["to"], group)
        self.assertNotIn("", names())
        self.assertEqual(len(names()), len(room["members"]))


class Friends(Operations):
    def asked(self):
        return [(r["to_nick"], r["opcode"], r["text"])
                for r in self.control.get("/v1/friend_requests").json()["friend_requests"]]

    def test_request_is_answered_with_words_and_decided_later(self):
        self.inject(1, "let me in", kind="friend_request", title="Newcomer", accounted=False)
        request = self.wait_for(
            lambda: self.admin.get(f"{self.base}/friend-requests").json()["friend_requests"], "the request")[0]
        at = f"{self.base}/friend-requests/{request['id']}"
        self.done(self.admin.post(f"{at}/reply", {"text": "Who are you?"}), "answered")
        self.done(self.admin.post(f"{at}/reply", {"text": "It is me", "as_sender": True}), "answered")
        self.assertEqual(self.asked(), [("Newcomer", 6, "Who are you?"), ("Newcomer", 5, "It is me")])
        self.assertEqual(self.admin.get(f"{self.base}/friend-requests").json()["friend_requests"], [request])
        self.problem(self.admin.post(f"{at}/reply", {}), 422, "invalid_argument")
        self.done(self.admin.post(f"{at}/accept"))

    def test_member_of_a_group_is_added_without_being_asked(self):
        room = self.user(1)["chatrooms"][0]
        self.control.post(f"/v1/users/1/chatrooms/{quoted(room['id'])}/members", {"nick": "Outsider"})
        group = self.group_of(room["topic"])["ref"]
        member = self.wait_for(lambda: [m for m in self.admin.get(f"{self.base}/groups/{group}/members")
                                        .json()["members"] if m["nick"] == "Outsider"], "the new member")[0]
        operation = self.done(self.admin.post(f"{self.base}/friends",
                                              {"to": member["id"], "group": group, "direct": True}))
        self.assertEqual(operation["operation"], "friend_add")
        self.assertEqual(self.asked(), [("Outsider", 1, "")])
        self.assertTrue(self.ref("Outsider"))


class Chats(Operations):
    def test_is_marked_as_opened(self):
        before = self.requests("webwxstatusnotify")
        answer = self.admin.post(f"{self.base}/contacts/{self.ref(self.friends()[0]['nick'])}/open")
        self.assertEqual((answer.status, answer.json()["outcome"]), (200, "done"), answer)
        self.assertEqual(self.requests("webwxstatusnotify"), before + 1)
        self.problem(self.admin.post(f"{self.base}/contacts/nobody/open"), 404, "contact_not_found")

    def test_code_is_given_as_weixin_draws_it(self):
        self.add("shop-02")
        self.wait_for_code("shop-02")
        for _ in range(2):
            answer = self.admin.get("/v1/accounts/shop-02/qr?format=weixin")
            self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"), answer)
            self.assertEqual(answer.headers["Cache-Control"], "no-store")
            self.assertEqual(answer.body[:3], b"\xff\xd8\xff")
        self.assertEqual(self.requests("qrcode"), 1, "asked for once a code")
        self.assertEqual(self.admin.get("/v1/accounts/shop-01/qr?format=weixin").status, 204)


class CommandLine(Operations):
    def ctl(self, *arguments, expect=0):
        return self.run_program("weixinctl", "--socket", self.server.socket, *arguments, expect=expect)

    def test_asks_and_shows_operations(self):
        friend = self.friends()[0]
        self.assertIn(self.ref(friend["nick"]), self.ctl("search", "shop-01", friend["nick"])[1])
        self.assertIn("leads to https://example.org/", self.ctl("check-link", "shop-01", "https://example.org/")[1])
        self.assertIn("answered", self.ctl("report-activity", "shop-01", "click")[1])
        room = self.user(1)["chatrooms"][0]
        self.assertIn("confirmed", self.ctl("group", "names", "shop-01", self.group_of(room["topic"])["ref"])[1])
        self.assertEqual("marked as opened\n", self.ctl("mark-read", "shop-01", "filehelper", "--opened")[1])
        self.fault("ret", "webwxoplog", value=1205, count=1)
        ref = self.ref(friend["nick"])
        self.ctl("friend", "pin", "shop-01", ref, expect=1)
        self.wait_for_state("shop-01", "throttled")
        waiting = self.ctl("friend", "pin", "shop-01", ref, "--no-wait", "-o", "name")[1].strip()
        listed = self.ctl("operation", "list", "shop-01")[1].splitlines()
        self.assertEqual(len(listed), 7, listed)
        self.assertIn("NOT-BEFORE", listed[0])
        self.assertTrue(listed[1].startswith(waiting), listed)
        shown = self.ctl("operation", "show", "shop-01", waiting)[1]
        self.assertRegex(shown, r"State: +queued\nNot before: 20\S+ \(in \d+[sm]\)")
        self.assertEqual(self.server.process.stop(), 0)
        self.start_server()
        self.wait_for_state("shop-01", "online")
        forgotten = self.ctl("operation", "show", "shop-01", waiting, expect=3)
        self.assertIn("do not outlive a restart", forgotten[2])


if __name__ == "__main__":
    main()
