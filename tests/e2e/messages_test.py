#!/usr/bin/env python3
"""Messages in, answers out, sends of the operator, and the events that tell of them."""

from harness import Case, EventStream, main

EVERYWHERE = """
[bots.everywhere]
type = "echo"
in = ["direct", "group"]
only_when_mentioned = false
"""


class Text(Case):
    def test_is_answered_once_by_the_echo_bot(self):
        self.add_online("shop-01", 1)
        message = self.inject(1, "hello {token}")
        self.wait_for_answers()
        sent = self.sent()
        self.assertEqual([(s["text"], s["to"], s["ret"]) for s in sent], [(message["text"], message["conversation"], 0)])
        self.wait_for(lambda: self.account("shop-01")["messages_out"] == 1, "the count of what was sent")
        self.assertEqual(self.account("shop-01")["messages_in"], 1)

    def test_of_every_kind_comes_back_as_it_was(self):
        self.add_online("shop-01", 1)
        texts = ["a < b && c > d", "two\nlines", "\u4f60\u597d\uff0c\u4e16\u754c",
                 "\U0001f604 and \U0001f468\u200d\U0001f469\u200d\U0001f467",
                 '"quotes" \\ back\\slash', "&lt;not a tag&gt;", "a" * 2000, "tab\tand \u200bzero width"]
        for text in texts:
            self.inject(1, text)
        self.wait_for_answers()
        self.assertEqual([s["text"] for s in self.sent()], texts)

    def test_is_told_as_an_event(self):
        self.add_online("shop-01", 1)
        events = self.events()
        message = self.inject(1, "what are your hours? {token}")
        data = events.next("message")["data"]
        friend = next(c for c in self.user(1)["contacts"] if c["id"] == message["conversation"])
        self.assertEqual((data["account"], data["id"], data["type"], data["text"], data["group"], data["own"]),
                         ("shop-01", message["msg_id"], "text", message["text"], False, False))
        self.assertEqual(data["chat_display"], friend["remark"] or friend["nick"])
        self.assertNotIn("@", data["chat"], "a UserName of the session must not leave the server")
        self.assertEqual(events.next("send", state="sent")["data"]["to"], data["chat"])

    def test_typed_on_the_phone_is_told_and_not_answered(self):
        self.add_online("shop-01", 1)
        events = self.events()
        self.inject(1, "I write this myself", from_self=True)
        self.assertTrue(events.next("message")["data"]["own"])
        self.inject(1, "now somebody else {token}")
        self.wait_for_answers()
        self.assertEqual(len(self.sent()), 1)

    def test_of_an_official_account_is_not_answered(self):
        self.add_online("shop-01", 1)
        official = next(c for c in self.user(1)["contacts"] if c["kind"] == "official")
        events = self.events()
        self.inject(1, "buy now", **{"from": official["id"]}, accounted=False)
        events.next("message", text="buy now")
        self.inject(1, "a person {token}")
        self.wait_for_answers()
        self.assertEqual(len(self.sent()), 1)

    def test_that_is_too_old_is_not_answered(self):
        self.add_online("shop-01", 1)
        events = self.events()
        self.inject(1, "from the day before yesterday", raw={"CreateTime": 1_500_000_000}, accounted=False)
        events.next("message", text="from the day before yesterday")
        self.inject(1, "new {token}")
        self.wait_for_answers()
        self.assertEqual(len(self.sent()), 1)

    def test_in_great_number_is_answered_without_loss(self):
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2)
        for user in (1, 2):
            self.inject(user, "burst {token}", count=150)
        self.assertEqual(self.wait_for_answers()["injected"], 300)

    def test_with_a_token_that_the_service_rotates_goes_on(self):
        self.control.patch("/v1/options", {"rotate_skey_every": 1})
        self.add_online("shop-01", 1)
        for _ in range(5):
            self.inject(1, "again {token}")
            self.wait_for_answers()

    def test_delivered_twice_is_answered_once(self):
        self.add_online("shop-01", 1)
        self.fault("lost_response", "webwxsync", count=1)
        self.inject(1, "twice {token}")
        ledger = self.wait_for_answers()
        self.assertGreaterEqual(ledger["redelivered"], 1)


class Group(Case):
    extra_configuration = Case.extra_configuration + EVERYWHERE

    def test_text_is_decoded_with_its_speaker(self):
        self.add_online("shop-01", 1)
        room = self.user(1)["chatrooms"][0]
        speaker = room["members"][1]
        events = self.events()
        self.inject(1, "who is < there?\nme", group=room["id"], member=speaker["id"], accounted=False)
        data = events.next("message")["data"]
        self.assertEqual((data["text"], data["group"], data["chat_display"]), ("who is < there?\nme", True, room["topic"]))
        self.assertEqual(data["sender"], speaker["display_name"] or speaker["nick"])
        self.assertIs(data["mentions_me"], False)
        members = self.admin.get(f"/v1/accounts/shop-01/groups/{data['chat']}/members").json()["members"]
        member = next(m for m in members if m["id"] == data["sender_id"])
        self.assertEqual((member["nick"], member["ref"]), (speaker["nick"], data.get("sender_ref")))

    def test_text_is_not_answered_unless_a_bot_is_for_groups(self):
        self.add_online("shop-01", 1)
        events = self.events()
        self.inject(1, "group talk", group=self.user(1)["chatrooms"][0]["id"], accounted=False)
        events.next("message", text="group talk")
        self.inject(1, "direct talk {token}")
        self.wait_for_answers()
        self.assertEqual([s["reply_to"] is not None for s in self.sent()], [True])

    def test_text_is_answered_in_the_group_by_a_bot_that_is_for_groups(self):
        self.add_online("shop-01", 1, bots=["everywhere"])
        for room in self.user(1)["chatrooms"]:
            self.inject(1, "to all {token}", group=room["id"])
        self.wait_for_answers()
        self.assertEqual({s["to"] for s in self.sent()}, {r["id"] for r in self.user(1)["chatrooms"]})


class Picture(Case):
    def test_is_fetched_into_the_data_directory(self):
        self.add_online("shop-01", 1)
        sizes = (4_000, 700_000)
        for size in sizes:
            self.inject(1, picture_bytes=size)
        media = self.directory / "data" / "media"

        def files():
            found = [p for p in media.rglob("m*") if p.is_file() and p.suffix != ".part"]
            return found if len(found) == len(sizes) else None
        pictures = self.wait_for(files, "the pictures")
        for picture, size in zip(sorted(pictures, key=lambda p: p.stat().st_size), sizes):
            data = picture.read_bytes()
            self.assertGreaterEqual(len(data), size)
            self.assertEqual((data[:2], data[-2:]), (b"\xff\xd8", b"\xff\xd9"), "a whole JPEG")
            self.assertEqual(picture.stat().st_mode & 0o777, 0o600)
        self.assertEqual(self.requests("webwxgetmsgimg"), 2)

    def test_is_told_as_an_event_and_not_answered(self):
        self.add_online("shop-01", 1)
        events = self.events()
        self.inject(1, picture_bytes=1000)
        self.assertEqual(events.next("message")["data"]["type"], "image")
        self.inject(1, "and a word {token}")
        self.wait_for_answers()
        self.assertEqual(len(self.sent()), 1)

    def test_that_cannot_be_fetched_at_first_is_fetched_later(self):
        self.add_online("shop-01", 1)
        self.fault("cut_body", "webwxgetmsgimg", count=1)
        self.inject(1, picture_bytes=100_000)
        media = self.directory / "data" / "media"
        self.wait_for(lambda: [p for p in media.rglob("m*") if p.is_file() and p.stat().st_size >= 100_000], "the picture")
        self.assertEqual(self.requests("webwxgetmsgimg"), 2)


class OtherTypes(Case):
    def test_are_told_in_a_few_words_and_passed_on_raw(self):
        self.add_online("shop-01", 1, media="on_demand")  # these have nothing behind them
        events = self.events()
        for msg_type, content, kind, text in (
                (34, "<msg><voicemsg length='1' voicelength='2900'/></msg>", "voice", "[Voice 3 s]"),
                (47, "<msg><emoji/></msg>", "emoticon", "[Emoticon]"),
                (49, "<msg><appmsg><title>a link</title><type>5</type></appmsg></msg>", "link", "[Link] a link"),
                (49, "<msg><appmsg>", "app", "[App message]"),
                (4711, "nobody knows", "unsupported", "")):
            self.inject(1, content, type=msg_type, accounted=False)
            data = events.next("message")["data"]
            self.assertEqual((data["type"], data["msg_type"], data["text"]), (kind, msg_type, text))
            self.assertIn('"MsgType"', data["raw"])
            stored = self.admin.get("/v1/accounts/shop-01/messages").json()["messages"][-1]
            self.assertEqual({key: stored[key] for key in data if key != "at"},
                             {key: data[key] for key in data if key != "at"})
        self.inject(1, "still here {token}")
        self.wait_for_answers()
        self.assertEqual(self.account("shop-01")["messages_in"], 6)


class Send(Case):
    def contact(self, **expected):
        contacts = self.admin.get("/v1/accounts/shop-01/contacts").json()["contacts"]
        return next(c for c in contacts if all(c[k] == v for k, v in expected.items()))

    def sent_to(self, send_id):
        record = self.wait_for_send("shop-01", send_id, "sent")
        return next(s["to"] for s in self.sent() if s["msg_id"] == record["msg_id"])

    def test_reaches_the_contact_of_a_reference_a_remark_or_a_nick_name(self):
        self.add_online("shop-01", 1)
        friend = next(c for c in self.user(1)["contacts"] if c["kind"] == "friend" and c["remark"])
        plain = next(c for c in self.user(1)["contacts"] if c["kind"] == "friend" and not c["remark"])
        ref = self.contact(remark=friend["remark"])["ref"]
        for to, expected in ((ref, friend["id"]), (friend["remark"], friend["id"]), (plain["nick"], plain["id"]),
                             ("filehelper", "filehelper")):
            self.assertEqual(self.sent_to(self.send_text("shop-01", to, "from the operator")), expected)

    def test_reaches_a_group_by_its_topic(self):
        self.add_online("shop-01", 1)
        room = self.user(1)["chatrooms"][0]
        self.assertEqual(self.sent_to(self.send_text("shop-01", room["topic"], "dear all")), room["id"])

    def test_is_recorded_in_the_outbox(self):
        self.add_online("shop-01", 1)
        events = self.events()
        send_id = self.send_text("shop-01", "filehelper", "keep this")
        record = self.wait_for_send("shop-01", send_id, "sent")
        self.assertEqual((record["id"], record["to"], record["error"]), (send_id, "filehelper", None))
        self.assertIsNotNone(record["msg_id"])
        self.assertEqual([events.next("send", id=send_id)["data"]["state"] for _ in range(3)],
                         ["queued", "attempting", "sent"])
        self.assertNotIn("keep this", str(record))

    def test_to_a_name_of_two_people_is_refused_with_both(self):
        self.add_online("shop-01", 1)
        for _ in range(2):
            self.control.post("/v1/users/1/contacts", {"nick": "Robin"})
        self.wait_for(lambda: len(self.admin.get("/v1/accounts/shop-01/contacts?query=Robin").json()["contacts"]) == 2,
                      "the new contacts")
        answer = self.admin.post("/v1/accounts/shop-01/messages", {"to": "Robin", "text": "which one?"})
        candidates = self.problem(answer, 409, "contact_ambiguous")["candidates"]
        self.assertEqual([c["nick"] for c in candidates], ["Robin", "Robin"])
        self.assertEqual(len({c["ref"] for c in candidates}), 2)
        self.wait_for_send("shop-01", self.send_text("shop-01", candidates[1]["ref"], "you"), "sent")

    def test_to_nobody_is_refused(self):
        self.add_online("shop-01", 1)
        answer = self.admin.post("/v1/accounts/shop-01/messages", {"to": "nobody at all", "text": "hello?"})
        self.problem(answer, 404, "contact_not_found")

    def test_to_a_former_friend_is_refused_by_the_service(self):
        self.add_online("shop-01", 1)
        former = next(c for c in self.user(1)["contacts"] if c["kind"] == "former")
        record = self.wait_for_send("shop-01", self.send_text("shop-01", former["nick"], "are you there?"), "refused")
        self.assertEqual(record["error"], "not_a_friend")

    def test_keeps_its_order_in_a_conversation(self):
        self.add_online("shop-01", 1)
        ids = [self.send_text("shop-01", "filehelper", f"number {n}") for n in range(30)]
        self.wait_for_send("shop-01", ids[-1], "sent")
        self.assertEqual([s["text"] for s in self.sent()], [f"number {n}" for n in range(30)])

    def test_of_an_empty_or_too_long_text_is_refused(self):
        self.add_online("shop-01", 1)
        self.problem(self.admin.post("/v1/accounts/shop-01/messages", {"to": "filehelper", "text": ""}), 422,
                     "invalid_argument")
        self.problem(self.admin.post("/v1/accounts/shop-01/messages", {"to": "filehelper", "text": "x" * 900_000}), 413,
                     "body_too_large")


class Contacts(Case):
    def test_are_listed_and_filtered(self):
        self.add_online("shop-01", 1)
        known = self.user(1)
        contacts = self.admin.get("/v1/accounts/shop-01/contacts").json()["contacts"]
        self.assertEqual(set(contacts[0]), {"ref", "kind", "nick", "remark", "display", "pinned", "muted",
                                            "confidence", "basis", "likely"})
        self.assertEqual(len({c["ref"] for c in contacts}), len(contacts))
        by_kind = {kind: [c for c in contacts if c["kind"] == kind] for kind in ("friend", "official", "group")}
        friends = [c["nick"] for c in known["contacts"] if c["kind"] in ("friend", "former")]
        self.assertEqual(sorted(c["nick"] for c in by_kind["friend"]), sorted(friends))
        self.assertEqual(sorted(c["nick"] for c in by_kind["group"]), sorted(r["topic"] for r in known["chatrooms"]))
        for kind, expected in by_kind.items():
            listed = self.admin.get(f"/v1/accounts/shop-01/contacts?kind={kind}").json()["contacts"]
            self.assertEqual(listed, expected)

    def test_that_change_on_the_phone_change_here(self):
        self.add_online("shop-01", 1)
        friend = next(c for c in self.user(1)["contacts"] if c["kind"] == "friend")
        self.control.patch(f"/v1/users/1/contacts/{friend['id']}", {"remark": "my neighbour"})

        def listed(query):
            return self.admin.get(f"/v1/accounts/shop-01/contacts?query={query}").json()["contacts"]
        self.assertEqual([c["nick"] for c in self.wait_for(lambda: listed("neighbour"), "the remark")], [friend["nick"]])
        self.control.delete(f"/v1/users/1/contacts/{friend['id']}")
        self.wait_for(lambda: not listed("neighbour"), "the contact to go")

    def test_on_many_pages_are_all_there(self):
        self.control.patch("/v1/options", {"contact_page": 7})
        self.add_online("shop-01", 1)
        friends = self.admin.get("/v1/accounts/shop-01/contacts?kind=friend").json()["contacts"]
        self.assertEqual(len(friends), len([c for c in self.user(1)["contacts"] if c["kind"] in ("friend", "former")]))


class Events(Case):
    def test_missed_by_a_client_are_told_when_it_comes_back(self):
        self.add_online("shop-01", 1)
        first = EventStream(self.server.socket)
        self.inject(1, "one")
        seen = first.next("message", text="one")
        first.close()
        for text in ("two", "three"):
            self.inject(1, text)
        self.wait_for_answers()
        again = self.events(last_event_id=seen["id"])
        ids = [again.next("message", text=text)["id"] for text in ("two", "three")]
        self.assertEqual(ids, sorted(ids))
        self.assertGreater(ids[0], seen["id"])

    def test_of_one_account_can_be_chosen(self):
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2)
        only = self.events("?account=shop-02")
        self.inject(1, "not for you")
        self.inject(2, "for you")
        self.assertEqual(only.next()["data"]["account"], "shop-02")

    def test_of_the_past_are_not_told_to_a_new_client(self):
        self.add_online("shop-01", 1)
        events = self.events()
        self.inject(1, "fresh")
        self.assertEqual(events.next()["data"].get("text"), "fresh")

    def test_with_a_wrong_last_id_are_refused(self):
        self.problem(self.admin.get("/v1/events", headers={"Last-Event-ID": "yesterday"}), 422, "invalid_argument")


if __name__ == "__main__":
    main()
