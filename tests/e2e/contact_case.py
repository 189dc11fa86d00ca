"""What tests of friends and groups have in common."""

import urllib.parse

from harness import Case


def quoted(text):
    return urllib.parse.quote(text, safe="")


class Operations(Case):
    simulator_arguments = ("--hold", "2", "--contacts", "60", "--chatrooms", "2")

    def setUp(self):
        super().setUp()
        self.add_online("shop-01", 1)
        self.base = "/v1/accounts/shop-01"

    def friends(self):
        return [c for c in self.user(1)["contacts"] if c["kind"] == "friend"]

    def ref(self, nick):
        found = self.admin.get(f"{self.base}/contacts?kind=friend&query={quoted(nick)}").json()["contacts"]
        return next(c["ref"] for c in found if nick in (c["nick"], c["remark"]))

    def contact(self, contact_id):
        return next(c for c in self.user(1)["contacts"] if c["id"] == contact_id)

    def room(self, room_id):
        return next((r for r in self.user(1)["chatrooms"] if r["id"] == room_id), None)

    def groups(self):
        return self.admin.get(f"{self.base}/groups").json()["groups"]

    def group_of(self, topic):
        return self.wait_for(lambda: next((g for g in self.groups() if g["nick"] == topic and g["members"]), None),
                             f"the group {topic} with its members")

    def done(self, answer, state="confirmed", error=None):
        self.assertEqual(answer.status, 200, answer)
        operation = answer.json()
        self.assertEqual((operation["state"], operation["error"]), (state, error), operation)
        return operation
