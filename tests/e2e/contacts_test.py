#!/usr/bin/env python3
"""Friends and groups: every operation against weixinsim, which shows what really changed."""

from contact_case import Operations, quoted
from harness import main


class Self(Operations):
    def test_a_new_name_of_the_user_is_the_account_s_at_once_and_after_a_restart(self):
        def nickname():
            return self.account("shop-01")["nickname"]

        before = nickname()
        self.assertEqual(self.control.patch("/v1/users/1", {"nick": "新店 & Sons"}).status, 200)
        self.wait_for(lambda: nickname() == "新店 & Sons", f"the new name instead of {before}")
        self.assertEqual(self.server.process.stop(), 0)
        self.start_server()
        self.wait_for_state("shop-01", "online")
        self.assertEqual(nickname(), "新店 & Sons")


class Friends(Operations):
    def test_request_is_listed_and_accepted(self):
        self.inject(1, "let me in", kind="friend_request", title="Newcomer", accounted=False)
        request = self.wait_for(
            lambda: self.admin.get(f"{self.base}/friend-requests").json()["friend_requests"], "the request")[0]
        self.assertEqual((request["nick"], request["greeting"], request["acceptable"]), ("Newcomer", "let me in", True))
        self.assertNotIn("ticket", str(request).lower())
        message = self.admin.get(f"{self.base}/messages").json()["messages"]
        told = next(m for m in message if m["type"] == "friend_request")
        self.assertEqual(told["id"], request["id"])
        self.assertNotIn("raw", told, "the ticket in it is for nobody else")

        self.done(self.admin.post(f"{self.base}/friend-requests/{request['id']}/accept"))
        self.assertTrue(any(c["nick"] == "Newcomer" for c in self.friends()))
        self.assertEqual(self.admin.get(f"{self.base}/friend-requests").json()["friend_requests"], [])
        self.assertTrue(self.ref("Newcomer"))
        self.problem(self.admin.post(f"{self.base}/friend-requests/{request['id']}/accept"), 404,
                     "friend_request_not_found")

    def test_request_is_rejected_or_ignored(self):
        for title in ("First", "Second"):
            self.inject(1, "hi", kind="friend_request", title=title, accounted=False)
        listed = self.wait_for(lambda: len(found := self.admin.get(f"{self.base}/friend-requests").json()
                                           ["friend_requests"]) == 2 and found, "two requests")
        self.done(self.admin.post(f"{self.base}/friend-requests/{listed[0]['id']}/reject"), "answered")
        answer = self.admin.post(f"{self.base}/friend-requests/{listed[1]['id']}/ignore")
        self.assertEqual(answer.status, 204, answer)
        self.assertEqual(self.admin.get(f"{self.base}/friend-requests").json()["friend_requests"], [])
        self.assertFalse(any(c["nick"] in ("First", "Second") for c in self.friends()))

    def test_request_outlives_a_restart(self):
        self.inject(1, "hi", kind="friend_request", title="Patient", accounted=False)
        listed = self.wait_for(
            lambda: self.admin.get(f"{self.base}/friend-requests").json()["friend_requests"], "the request")
        self.server.process.stop()
        self.start_server()
        self.wait_for_state("shop-01", "online")
        self.assertEqual(self.admin.get(f"{self.base}/friend-requests").json()["friend_requests"], listed)
        self.done(self.admin.post(f"{self.base}/friend-requests/{listed[0]['id']}/accept"))

    def test_member_of_a_group_is_asked(self):
        room = self.user(1)["chatrooms"][0]
        answer = self.control.post(f"/v1/users/1/chatrooms/{quoted(room['id'])}/members", {"nick": "Outsider"})
        self.assertIn(answer.status, (200, 201), answer)
        group = self.group_of(room["topic"])
        members = self.wait_for(lambda: [m for m in self.admin.get(f"{self.base}/groups/{group['ref']}/members")
                                         .json()["members"] if m["nick"] == "Outsider"], "the new member")
        self.done(self.admin.post(f"{self.base}/friends", {"to": members[0]["id"], "group": group["ref"],
                                                           "greeting": "hello"}), "answered")
        asked = self.control.get("/v1/friend_requests").json()["friend_requests"]
        self.assertEqual([(r["to_nick"], r["text"]) for r in asked], [("Outsider", "hello")])

    def test_gets_a_remark_and_a_pin(self):
        friend = self.friends()[0]
        ref = self.ref(friend["nick"])
        self.done(self.admin.patch(f"{self.base}/contacts/{ref}", {"remark": "Supplier Lin"}))
        self.assertEqual(self.contact(friend["id"])["remark"], "Supplier Lin")
        self.done(self.admin.patch(f"{self.base}/contacts/{quoted('Supplier Lin')}", {"pinned": True}))
        shown = self.admin.get(f"{self.base}/contacts?query={quoted('Supplier Lin')}").json()["contacts"]
        self.assertEqual([(c["ref"], c["pinned"]) for c in shown], [(ref, True)])
        self.assertEqual(self.contact(friend["id"])["remark"], "Supplier Lin", "a pin keeps the remark")
        self.done(self.admin.patch(f"{self.base}/contacts/{ref}", {"pinned": False}))
        self.problem(self.admin.patch(f"{self.base}/contacts/{ref}", {"pinned": False, "remark": "x"}), 422,
                     "invalid_argument")

    def test_calls_that_weixin_ignores_are_answered_and_not_confirmed(self):
        self.control.patch("/v1/options", {"dead_operations": True})
        friend = self.friends()[0]
        self.done(self.admin.patch(f"{self.base}/contacts/{self.ref(friend['nick'])}?wait=20", {"remark": "x"}),
                  "answered")
        self.assertEqual(self.contact(friend["id"])["remark"], friend["remark"])

    def test_refusal_is_told_with_weixins_number(self):
        friend = self.friends()[0]
        self.fault("ret", "webwxoplog", value=1, count=1)
        operation = self.done(self.admin.patch(f"{self.base}/contacts/{self.ref(friend['nick'])}", {"remark": "x"}),
                              "refused", "rejected_request")
        self.assertEqual(operation["ret"], 1)
        self.fault("ret", "webwxoplog", value=1205, count=1)
        self.done(self.admin.patch(f"{self.base}/contacts/{self.ref(friend['nick'])}", {"remark": "x"}), "refused",
                  "too_frequent")
        self.wait_for_state("shop-01", "throttled")
        pacing = self.account("shop-01")["pacing"]
        answer = self.admin.patch(f"{self.base}/contacts/{self.ref(friend['nick'])}?wait=0", {"remark": "x"})
        self.assertEqual(answer.status, 202, answer)
        self.assertEqual(answer.json()["state"], "queued")
        self.assertIsNotNone(answer.json()["not_before"])
        pacing = self.account("shop-01")["pacing"]["friends"]
        self.assertEqual((pacing["waiting"], pacing["reason"]), (1, "too_frequent"))

    def test_answer_that_is_lost_leaves_the_outcome_unknown(self):
        friend = self.friends()[0]
        self.fault("lost_response", "webwxoplog", count=1)
        answer = self.admin.patch(f"{self.base}/contacts/{self.ref(friend['nick'])}", {"remark": "x"})
        self.assertEqual((answer.status, answer.json()["state"]), (200, "unknown"), answer)


class Groups(Operations):
    def test_is_made_changed_and_left(self):
        lin, mia, zoe = self.friends()[:3]
        answer = self.admin.post(f"{self.base}/groups",
                                 {"members": [self.ref(lin["nick"]), self.ref(mia["nick"])], "topic": "Order 4711"})
        group = self.done(answer)["to"]
        room = next(r for r in self.user(1)["chatrooms"] if r["topic"] == "Order 4711")
        self.assertEqual(len(room["members"]), 3)
        shown = self.admin.get(f"{self.base}/groups/{group}").json()
        self.assertEqual((shown["nick"], shown["members"], shown["owned"]), ("Order 4711", 3, True))
        self.assertEqual(sum(m["self"] for m in shown["member_list"]), 1)
        self.assertEqual([m["self"] for m in shown["member_list"] if m["owner"]], [True])

        operation = self.done(self.admin.post(f"{self.base}/groups/{group}/members",
                                              {"members": [self.ref(zoe["nick"])]}))
        self.assertEqual(operation["way"], "add")
        self.assertEqual(len(self.room(room["id"])["members"]), 4)
        self.done(self.admin.call("DELETE", f"{self.base}/groups/{group}/members", {"members": [zoe["nick"]]}))
        self.done(self.admin.patch(f"{self.base}/groups/{group}", {"topic": "Order 4712"}))
        self.assertEqual(self.room(room["id"])["topic"], "Order 4712")
        self.assertEqual(self.admin.get(f"{self.base}/groups/{group}").json()["nick"], "Order 4712")
        self.done(self.admin.delete(f"{self.base}/groups/{group}"))
        self.problem(self.admin.get(f"{self.base}/groups/{group}"), 404, "contact_not_found")

    def test_of_forty_members_takes_invitations_only(self):
        friends = self.friends()
        self.assertGreaterEqual(len(friends), 42)
        refs = [self.ref(f["nick"]) for f in friends[:42]]
        group = self.done(self.admin.post(f"{self.base}/groups", {"members": refs[:37], "topic": "Large"}))["to"]
        # 38 and one make 39; 39 and one make 40.
        self.assertEqual(self.done(self.admin.post(f"{self.base}/groups/{group}/members",
                                                   {"members": refs[37:38]}))["way"], "add")
        operation = self.done(self.admin.post(f"{self.base}/groups/{group}/members", {"members": refs[38:39]}),
                              "answered")
        self.assertEqual(operation["way"], "invite")
        self.assertEqual(self.admin.get(f"{self.base}/groups/{group}").json()["members"], 39)

    def test_changes_of_others_become_events(self):
        room = self.user(1)["chatrooms"][0]
        self.group_of(room["topic"])
        events = self.events()
        answer = self.control.post(f"/v1/users/1/chatrooms/{quoted(room['id'])}/members", {"nick": "Joiner"})
        self.assertIn(answer.status, (200, 201), answer)
        joined = events.next("group")["data"]
        self.assertEqual([m["nick"] for m in joined["joined"]], ["Joiner"])
        self.assertNotIn("@", str(joined))
        self.control.patch(f"/v1/users/1/chatrooms/{quoted(room['id'])}", {"topic": "Another name"})
        self.assertEqual(events.next("contact", nick="Another name")["data"]["change"], "changed")

    def test_operations_are_remembered_and_forgotten_by_a_restart(self):
        friend = self.friends()[0]
        answer = self.admin.patch(f"{self.base}/contacts/{self.ref(friend['nick'])}", {"remark": "x"})
        operation = self.done(answer)
        self.assertEqual(self.admin.get(answer.headers["Location"]).json(), operation)
        listed = self.admin.get(f"{self.base}/operations").json()["operations"]
        self.assertEqual(listed, [operation])
        self.assertIn('weixin_contact_operations_total{operation="contact_remark",outcome="confirmed"} 1',
                      self.metrics())
        self.server.process.stop()
        self.start_server()
        self.wait_for_state("shop-01", "online")
        forgotten = self.problem(self.admin.get(f"{self.base}/operations/{operation['id']}"), 404, "operation_not_found")
        self.assertIn("do not outlive a restart", forgotten["detail"])
        self.assertIn("ask for it again", forgotten["detail"])

    def test_refusals_say_what_to_do(self):
        friend, room = self.friends()[0], self.user(1)["chatrooms"][0]
        group, ref = self.group_of(room["topic"])["ref"], self.ref(friend["nick"])
        self.problem(self.admin.post(f"{self.base}/groups", {"members": [ref]}), 422, "invalid_argument")
        self.problem(self.admin.patch(f"{self.base}/contacts/{group}", {"remark": "x"}), 409, "wrong_kind")
        self.problem(self.admin.get(f"{self.base}/groups/{ref}"), 409, "wrong_kind")
        self.problem(self.admin.call("DELETE", f"{self.base}/groups/{group}/members", {"members": ["m-0"]}), 404,
                     "member_not_found")
        self.problem(self.admin.patch(f"{self.base}/contacts/{ref}?wait=99", {"remark": "x"}), 422, "invalid_argument")
        self.problem(self.admin.post("/v1/accounts/nobody/groups", {"members": [ref, ref]}), 404, "account_not_found")
        self.command("shop-01", "pause")
        self.wait_for_state("shop-01", "stopped")
        self.problem(self.admin.patch(f"{self.base}/contacts/{ref}", {"remark": "x"}), 409, "not_online")


class CommandLine(Operations):
    def ctl(self, *arguments, expect=0):
        return self.run_program("weixinctl", "--socket", self.server.socket, *arguments, expect=expect)

    def test_of_friends_and_groups(self):
        lin, mia = self.friends()[:2]
        self.inject(1, "hi", kind="friend_request", title="Newcomer", accounted=False)
        listed = self.wait_for(lambda: self.ctl("friend", "list-requests", "shop-01", "-o", "name")[1].split(), "a request")
        self.assertIn("confirmed", self.ctl("friend", "accept", "shop-01", listed[0])[1])
        self.assertIn("confirmed", self.ctl("friend", "remark", "shop-01", lin["remark"] or lin["nick"], "Supplier")[1])
        self.assertIn("confirmed", self.ctl("friend", "pin", "shop-01", "Supplier")[1])
        self.assertIn("confirmed", self.ctl("group", "create", "shop-01", "Supplier", self.ref(mia["nick"]),
                                            "--topic", "From the shell")[1])
        self.assertIn("From the shell", self.ctl("group", "list", "shop-01")[1])
        self.assertIn("owner,self", self.ctl("group", "members", "shop-01", "From the shell")[1])
        self.assertIn("confirmed", self.ctl("group", "rename", "shop-01", "From the shell", "Renamed")[1])
        self.assertIn("confirmed", self.ctl("group", "quit", "shop-01", "Renamed")[1])
        self.ctl("group", "members", "shop-01", "Renamed", expect=3)


if __name__ == "__main__":
    main()
