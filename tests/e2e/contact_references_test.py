#!/usr/bin/env python3
"""References over a new login, which changes every UserName: who is recognised by what, and who is not."""

import urllib.parse

from harness import Case, main


class References(Case):
    # The first ten friends and all groups stand in the 51 message with their lasting ids, the others do not.
    simulator_arguments = ("--hold", "2", "--contacts", "20", "--chatrooms", "2")

    def setUp(self):
        super().setUp()
        self.add_online("shop-01", 1)
        self.base = "/v1/accounts/shop-01"
        self.friends = [c["id"] for c in self.user(1)["contacts"] if c["kind"] == "friend"]

    def edit(self, contact, **changes):
        answer = self.control.patch(f"/v1/users/1/contacts/{contact}", changes)
        self.assertIn(answer.status, (200, 204), answer)

    def contacts(self, query=""):
        return self.admin.get(f"{self.base}/contacts?query={urllib.parse.quote(query)}").json()["contacts"]

    def shown(self, **wanted):
        """The one contact that is shown with that."""
        found = [c for c in self.contacts() if all(c[k] == v for k, v in wanted.items())]
        self.assertEqual(len(found), 1, (wanted, found))
        return found[0]

    def told(self, **wanted):
        """The same, once the account has heard of it."""
        return self.wait_for(lambda: next((c for c in self.contacts() if all(c[k] == v for k, v in wanted.items())),
                                          None), f"a contact with {wanted}")

    def leave(self):
        self.command("shop-01", "logout")
        self.wait_for_state("shop-01", "stopped")

    def come_back(self):
        self.command("shop-01", "resume")
        self.log_in("shop-01", 1)
        self.wait_for_state("shop-01", "online")

    def arrives(self, ref, contact):
        """A text to that reference arrives at that contact."""
        text = f"text {len(self.sent(1))}"
        self.wait_for_send("shop-01", self.send_text("shop-01", ref, text), "sent")
        self.assertEqual([m["to"] for m in self.sent(1) if m["text"] == text], [contact])

    def test_real_id_alone_is_enough(self):
        self.edit(self.friends[0], nick="Old name", remark="Old remark")
        ref = self.told(nick="Old name", remark="Old remark")["ref"]
        group = self.wait_for(lambda: next((c for c in self.contacts() if c["kind"] == "group" and c["nick"]), None),
                              "a group")
        room = next(r for r in self.user(1)["chatrooms"] if r["topic"] == group["nick"])
        self.leave()
        self.edit(self.friends[0], nick="New name", remark="New remark", pictures=1)
        self.control.patch(f"/v1/users/1/chatrooms/{urllib.parse.quote(room['id'], safe='')}", {"topic": "New topic"})
        self.come_back()
        found = self.told(nick="New name", basis="real_id")
        self.assertEqual((found["ref"], found["confidence"], found["likely"]), (ref, "certain", None))
        self.assertEqual(self.told(nick="New topic", basis="real_id")["ref"], group["ref"])
        self.assertNotIn("wxid_", str(self.contacts()))
        self.arrives(ref, self.friends[0])
        self.assertEqual(self.server.process.stop(), 0)
        self.start_server()
        self.wait_for_state("shop-01", "online")
        self.assertEqual(self.shown(nick="New name")["basis"], "real_id")
        self.arrives(ref, self.friends[0])

    def test_picture_tells_two_of_one_name_apart(self):
        for contact in self.friends[12:14]:
            self.edit(contact, nick="Twin", remark="")
        self.edit(self.friends[13], remark="The second")
        second = self.told(nick="Twin", remark="The second")["ref"]
        self.edit(self.friends[13], remark="")
        first = next(c["ref"] for c in self.contacts("Twin") if c["ref"] != second)
        self.wait_for(lambda: all(c["remark"] == "" for c in self.contacts("Twin")), "no remark")
        self.leave()
        self.come_back()
        self.assertEqual({c["ref"] for c in self.contacts("Twin")}, {first, second})
        self.assertEqual({(c["confidence"], c["basis"]) for c in self.contacts("Twin")},
                         {("strong", "picture_and_nick")})
        self.arrives(first, self.friends[12])
        self.arrives(second, self.friends[13])

    def test_two_who_cannot_be_told_apart_are_nobody(self):
        for contact in self.friends[12:14]:
            self.edit(contact, nick="Twin", remark="")
        self.wait_for(lambda: len(self.contacts("Twin")) == 2, "two of one name")
        old = {c["ref"] for c in self.contacts("Twin")}
        self.leave()
        for contact in self.friends[12:14]:
            self.edit(contact, pictures=1)
        self.come_back()
        now = self.contacts("Twin")
        self.assertEqual(len(now), 2)
        self.assertFalse(old & {c["ref"] for c in now})
        for ref in old:
            answer = self.admin.post(f"{self.base}/messages", {"to": ref, "text": "x"})
            self.assertIn(answer.json()["code"], ("contact_not_found", "target_lost"))
            self.assertIn(answer.status, (404, 409))

    def test_who_is_likely_is_shown_and_confirmed_by_a_person(self):
        for number, province in ((12, "Hunan"), (13, "Sichuan")):
            self.edit(self.friends[number], nick="Twin", remark="", province=province)
        self.edit(self.friends[12], remark="From Hunan")
        old = self.told(nick="Twin", remark="From Hunan")["ref"]
        self.edit(self.friends[12], remark="")
        self.wait_for(lambda: all(c["remark"] == "" for c in self.contacts("Twin")), "no remark")
        self.command("shop-01", "pause")
        self.wait_for_state("shop-01", "stopped")
        waiting = self.send_text("shop-01", old, "too late")
        self.leave()
        for contact in self.friends[12:14]:
            self.edit(contact, pictures=1)
        self.come_back()
        self.wait_for_send("shop-01", waiting, "refused")
        self.assertEqual(self.admin.get(f"{self.base}/outbox/{waiting}").json()["error"], "target_lost")
        likely = next(c for c in self.contacts("Twin") if c["likely"] and c["likely"]["ref"] == old)
        self.assertEqual((likely["basis"], likely["likely"]["basis"]), ("new", "place"))
        answer = self.admin.post(f"{self.base}/messages", {"to": old, "text": "x"})
        self.problem(answer, 409, "target_lost")
        self.assertIn(likely["ref"], answer.json()["detail"])

        out = self.run_program("weixinctl", "--socket", self.server.socket, "contacts", "shop-01", "-o", "wide",
                               expect=0)[1]
        self.assertIn(f"{old} (place)", out)
        out = self.run_program("weixinctl", "--socket", self.server.socket, "friend", "confirm", "shop-01", old,
                               expect=0)[1]
        self.assertIn(old, out)
        confirmed = next(c for c in self.contacts("Twin") if c["ref"] == old)
        self.assertEqual((confirmed["confidence"], confirmed["basis"], confirmed["likely"]),
                         ("certain", "confirmed", None))
        self.arrives(old, self.friends[12])
        self.arrives(likely["ref"], self.friends[12])
        self.problem(self.admin.post(f"{self.base}/contacts/c-0/confirm"), 404, "contact_not_found")


if __name__ == "__main__":
    main()
