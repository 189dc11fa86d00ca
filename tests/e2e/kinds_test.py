#!/usr/bin/env python3
"""Every kind of message that the simulator can make, on its whole way into the inbox."""
from harness import Case, main

# What each kind of GET /v1/messages/kinds becomes: what is asked of the simulator besides the kind, the type that the
# inbox tells (None: it is for no person and no bot, and nowhere), how its text begins, and what its detail says.
KINDS = {
    "text": [({"text": "hello"}, "text", "hello", {})],
    "location": [({"title": "People's Square"}, "location", "[Location] People's Square",
                  {"place": "People's Square", "latitude": 31.23, "longitude": 121.473})],
    "location_message": [({"title": "People's Square"}, "location", "[Location] People's Square",
                          {"place": "People's Square", "latitude": 31.23, "longitude": 121.473})],
    "location_link": [({}, "location", "[Location] http://weixin.qq.com/cgi-bin/redirectforward?args=", {})],
    "news": [({"text": "what happened today"}, "news", "what happened today", {})],
    "red_packet_text": [({"text": "happy new year"}, "red_packet", "[Red packet] happy new year",
                         {"greeting": "happy new year"})],
    "image": [({"bytes": 4000}, "image", "[Image]", {"width": 8, "height": 8})],
    "voice": [({"seconds": 3}, "voice", "[Voice 3 s]", {"duration_ms": 3000})],
    "video": [({"seconds": 7}, "video", "[Video 7 s]", {"duration_ms": 7000})],
    "micro_video": [({"seconds": 7}, "video", "[Video 7 s]", {"micro": True})],
    "opaque_media": [({"code": 3}, "image", "[Image]", {}), ({"code": 43}, "video", "[Video", {}),
                     ({"code": 62}, "video", "[Video", {"micro": True})],
    "sticker": [({}, "emoticon", "[Emoticon]", {})],
    "shop_sticker": [({}, "emoticon", "[Emoticon]", {"from_shop": True})],
    "dice": [({"code": 5}, "emoticon", "[Dice: 5]", {"game": "dice", "game_result": 8})],
    "rock_paper_scissors": [({"code": 1}, "emoticon", "[Rock paper scissors: scissors]",
                             {"game": "rock_paper_scissors", "game_result": 1}),
                            ({"code": 2}, "emoticon", "[Rock paper scissors: rock]", {}),
                            ({"code": 3}, "emoticon", "[Rock paper scissors: paper]", {})],
    "card": [({}, "card", "[Contact card] ", {})],
    "friend_request": [({"title": "Robin", "text": "it is me"}, "friend_request", "[Friend request] Robin: it is me",
                        {"name": "Robin", "greeting": "it is me"})],
    "own_friend_request": [({"text": "it is me"}, "friend_request", "[Friend request] ",
                            {"greeting": "it is me", "own": True})],
    "recommendation": [({"title": "Robin"}, "possible_friend", "[Possible friend] Robin", {"name": "Robin"})],
    "file": [({"title": "report.pdf", "bytes": 5000}, "file", "[File] report.pdf (4 KB)",
              {"name": "report.pdf", "extension": "pdf", "bytes": 5000})],
    "link": [({"title": "Read this", "url": "https://x.example/a?b=1&c=2"}, "link",
              "[Link] Read this (https://x.example/a?b=1&c=2)", {"url": "https://x.example/a?b=1&c=2"})],
    "video_link": [({"title": "Watch this"}, "link", "[Video link] Watch this", {"video": True})],
    "articles": [({"title": "Paper "}, "link", "[Link] Paper 1", {"title": "Paper 1"})],
    "music": [({"title": "A song"}, "music", "[Music] A song", {"title": "A song"})],
    "mini_program": [({"title": "Taxi", "code": 33}, "mini_program", "[Mini program] Taxi", {"title": "Taxi"}),
                     ({"title": "Taxi", "code": 36}, "mini_program", "[Mini program] Taxi", {"title": "Taxi"})],
    "channels": [({"text": "a film"}, "channels", "[Channels] a film", {"description": "a film"})],
    "quote": [({"title": "I agree", "text": "shall we?", "original": "4711"}, "quote", "I agree",
               {"quoted_text": "shall we?", "quoted_id": "4711"})],
    "chat_record": [({"title": "What they said"}, "chat_record", "[Chat record] What they said", {"count": 1})],
    "merged_record": [({"title": "What they said"}, "chat_record", "[Chat record] What they said", {"count": 1})],
    "transfer": [({"text": "lunch", "code": step}, "transfer", "[Transfer] \uffe50.01",
                  {"amount": "\uffe50.01", "memo": "lunch", "step": step}) for step in (1, 3, 4)],
    "red_packet": [({"text": "happy new year"}, "red_packet", "[Red packet] happy new year",
                    {"greeting": "happy new year"})],
    "live_location": [({}, "location", "[Location sharing began]", {"live": True})],
    "group_note": [({"title": "Notes"}, "app", "[App message] Notes", {"app": "group_note", "app_msg_type": 53})],
    "group_invitation": [({}, "group_invitation", "[Group invitation] ", {}),
                         ({"title": "Group Chat Invitation"}, "group_invitation", "[Group invitation] ", {})],
    "app": [({"title": "A thing", "code": code}, "app", "[App message] A thing", {"app": name, "app_msg_type": code})
            for code, name in ((1, "text"), (2, "image"), (7, "open"), (8, "emoji"), (9, "voice_reminder"),
                               (10, "scanned_goods"), (13, "goods"), (15, "sticker_pack"), (16, "coupon"))],
    "notice": [({}, "system", "\u6536\u5230\u7ea2\u5305", {"event": "red_packet"})],
    "recall": [({"original": "4711", "title": "Robin"}, "recalled", '[Recalled] "Robin" ', {"recalled_id": "4711"}),
               ({"original": "0", "title": "Robin"}, "recalled", '[Recalled] "Robin" ', {})],
    "pat": [({}, "pat", "[Pat] ", {})],
    "template_notice": [({"title": "Robin", "text": "Finn"}, "system", '"Robin"\u9080\u8bf7"Finn"',
                         {"event": "joined", "actor": "Robin", "who": ["Finn"]})],
    "todo": [({"title": "Water the trees"}, "system", "Water the trees", {"source": "roomtoolstips"})],
    "call": [({"code": 50}, "call", "[Call]", {"step": "message"}), ({"code": 52}, "call", "[Call]", {"step": "notify"}),
             ({"code": 53}, "call", "[Call]", {"step": "invite"})],
    "service_notice": [({"text": "be careful"}, "system", "be careful", {})],
    "status_notify": [({"code": code}, None, "", {}) for code in (1, 2, 5)],
    # MsgTypes that nobody has seen for years are kept as they are: the one kind that is meant to be unsupported.
    "unknown": [({"code": code}, "unsupported", "", {}) for code in (2, 11, 12, 13, 35, 36, 38, 39, 44)],
}
FROM_THE_SERVICE = {"news", "friend_request", "own_friend_request", "recommendation"}


class EveryKind(Case):
    bots = "[]"

    def setUp(self):
        super().setUp()
        self.add_online("shop-01", 1)

    def inbox(self):
        return {m["id"]: m for m in self.admin.get("/v1/accounts/shop-01/messages?limit=1000").json()["messages"]}

    def receive(self, kinds, **place):
        """Injects them all: (kind, its row, the message as the inbox has it)."""
        injected = [(kind, row, self.inject(1, kind=kind, **row[0], **place)["msg_id"])
                    for kind in kinds for row in KINDS[kind]]
        last = self.inject(1, "the last one", accounted=False)["msg_id"]
        self.wait_for(lambda: last in self.inbox(), "all messages")
        inbox = self.inbox()
        return [(kind, row, inbox.get(msg_id)) for kind, row, msg_id in injected]

    def check(self, kind, row, message):
        body, expected_type, text, detail = row
        with self.subTest(kind, **body):
            if expected_type is None:
                self.assertIsNone(message)
                return
            self.assertIsNotNone(message, "it did not come")
            self.assertEqual(message["type"], expected_type)
            self.assertTrue(message["text"].startswith(text), message["text"])
            self.assertEqual(bool(message["text"].strip()), expected_type != "unsupported")
            found = message.get("detail", {})
            self.assertEqual({k: found.get(k) for k in detail}, detail)
            self.assertTrue(message["chat"] and message["chat_display"])

    def test_is_known_here(self):
        self.assertEqual(set(self.control.get("/v1/messages/kinds").json()["kinds"]), set(KINDS))

    def test_arrives_as_what_it_is(self):
        for kind, row, message in self.receive(KINDS):
            self.check(kind, row, message)
        self.assertEqual(self.ledger()["injected"], 1, "only the text waits for an answer")

    def test_arrives_from_a_group_with_its_speaker(self):
        room = self.user(1)["chatrooms"][0]
        speaker = next(m for m in room["members"] if not m["self"])
        for kind, row, message in self.receive(KINDS.keys() - FROM_THE_SERVICE, group=room["id"], member=speaker["id"]):
            self.check(kind, row, message)
            if message is None or message["type"] in ("system", "pat"):
                continue
            with self.subTest(kind, **row[0]):
                self.assertTrue(message["group"])
                self.assertEqual(message["sender_nick"], speaker["nick"])

    def test_written_on_the_phone_is_the_accounts_own(self):
        for kind, row, message in self.receive(KINDS.keys() - FROM_THE_SERVICE - {"template_notice"}, from_self=True):
            self.check(kind, row, message)
            if message is not None:
                self.assertTrue(message["own"], kind)


if __name__ == "__main__":
    main()
