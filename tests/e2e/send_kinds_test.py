#!/usr/bin/env python3
"""Messages of every kind leave weixind, and weixinsim has the very bytes that were given."""
import hashlib
import io
import os
import random
import signal
import uuid

from harness import Case, main

JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF" + bytes(range(256)) * 20
GIF = b"GIF89a" + bytes(range(256)) * 9
MP4 = b"\x00\x00\x00\x18ftypisom" + bytes(range(256)) * 3000
CHUNK = 524288


def form(fields, name, content):
    """A multipart/form-data body as a browser makes it: (Content-Type, bytes)."""
    boundary = uuid.uuid4().hex
    out = io.BytesIO()
    for key, value in fields.items():
        out.write(f'--{boundary}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode())
    out.write(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
              "Content-Type: application/octet-stream\r\n\r\n".encode())
    out.write(content)
    out.write(f"\r\n--{boundary}--\r\n".encode())
    return f"multipart/form-data; boundary={boundary}", out.getvalue()


class SendCase(Case):
    bots = "[]"

    @property
    def extra_configuration(self):
        self.outgoing = self.directory / "outgoing"
        self.outgoing.mkdir(exist_ok=True)
        return f'[log]\nlevel = "debug"\n[sends]\nallowed_paths = ["{self.outgoing}"]\nmax_file_bytes = 104857600\n'

    def setUp(self):
        super().setUp()
        self.add_online("shop-01", 1)
        self.messages = "/v1/accounts/shop-01/messages"

    def post(self, body, **headers):
        return self.admin.post(self.messages, body, headers=headers)

    def upload(self, content, name="report.pdf", to="filehelper", key=None, **fields):
        content_type, body = form({"to": to, **fields}, name, content)
        headers = {"Content-Type": content_type}
        if key:
            headers["Idempotency-Key"] = key
        return self.admin.call("POST", self.messages, body, headers)

    def accepted(self, answer):
        self.assertEqual(answer.status, 202, answer)
        return answer.json()["id"]

    def record(self, send_id):
        return self.admin.get(f"/v1/accounts/shop-01/outbox/{send_id}").json()

    def settled(self, send_id, state="sent"):
        def reached():
            now = self.record(send_id)
            return now if now["state"] not in ("queued", "attempting") else None
        now = self.wait_for(reached, f"{send_id} to be settled")
        self.assertEqual(now["state"], state, now)
        return now

    def sent_as(self, send_id):
        """What weixinsim knows of a send."""
        msg_id = self.settled(send_id)["msg_id"]
        found = [s for s in self.sent(1) if s["msg_id"] == msg_id]
        self.assertEqual(len(found), 1, found)
        return found[0]

    def holds(self, send_id, content, endpoint):
        sent = self.sent_as(send_id)
        self.assertEqual(sent["endpoint"], endpoint)
        self.assertEqual(sent["media"]["bytes"], len(content))
        self.assertEqual(sent["media"]["md5"], hashlib.md5(content).hexdigest())
        return sent

    def spooled(self):
        return sorted(os.listdir(self.directory / "data" / "spool"))


class Kinds(SendCase):
    def test_files_of_every_kind_arrive_byte_by_byte(self):
        file = random.Random(7).randbytes(2 * CHUNK + 12345)
        cases = (("photo.jpg", JPEG, {}, "webwxsendmsgimg"), ("clip.mp4", MP4, {}, "webwxsendvideomsg"),
                 ("wave.gif", GIF, {}, "webwxsendemoticon"), ("Bericht ü 文.pdf", file, {}, "webwxsendappmsg"),
                 ("photo.jpg", JPEG + b"x", {"kind": "file"}, "webwxsendappmsg"))
        for name, content, fields, endpoint in cases:
            with self.subTest(name, **fields):
                send_id = self.accepted(self.upload(content, name, **fields))
                sent = self.holds(send_id, content, endpoint)
                self.assertEqual(sent["media"]["name"], name)
        self.wait_for(lambda: self.spooled() == [], "the spool to be empty")

    def test_a_file_is_read_back_as_weixin_has_it(self):
        content = b'{"not": "an answer"}' + random.Random(3).randbytes(CHUNK)
        send_id = self.accepted(self.upload(content, "data.json"))
        self.settled(send_id)
        media = f"/v1/accounts/shop-01/outbox/{send_id}/media"
        self.assertEqual(self.admin.get(media).json()["state"], "not_fetched")
        self.problem(self.admin.get(f"{media}/content"), 409, "media_not_ready")
        self.assertEqual(self.admin.post(f"{media}/fetch").status, 202)
        self.wait_for(lambda: self.admin.get(media).json()["state"] == "available", "the file")
        self.assertEqual(self.admin.get(f"{media}/content").body, content)
        saved = self.directory / "back.json"
        self.run_program("weixinctl", "--socket", self.server.socket, "media", "shop-01", send_id, "-o", saved, expect=0)
        self.assertEqual(saved.read_bytes(), content)
        self.assertEqual(self.requests("webwxpreview"), 1)
        text = self.accepted(self.post({"to": "filehelper", "text": "hi"}))
        self.problem(self.admin.get(f"/v1/accounts/shop-01/outbox/{text}/media"), 404, "media_not_found")
        self.problem(self.admin.post(f"/v1/accounts/shop-01/outbox/{text}/media/fetch"), 404, "media_not_found")
        nobody = "/v1/accounts/shop-01/outbox/s-01m8584mgp5y5f4b32ww33a3dw/media"
        for answer in (self.admin.get(nobody), self.admin.post(f"{nobody}/fetch")):
            self.problem(answer, 404, "send_not_found")
        second = self.accepted(self.upload(JPEG, "photo.jpg"))
        self.settled(second)
        self.server.process.stop()
        self.start_server()
        self.wait_for_state("shop-01", "online")
        self.problem(self.admin.post(f"/v1/accounts/shop-01/outbox/{second}/media/fetch"), 409, "target_lost")
        self.assertEqual(self.admin.get(f"{media}/content").body, content, "what was fetched is kept")

    def test_files_are_taken_from_allowed_directories(self):
        (self.outgoing / "sub").mkdir()
        for kind, name, content, endpoint in (("image", "a.jpg", JPEG, "webwxsendmsgimg"),
                                              ("video", "a.mp4", MP4, "webwxsendvideomsg"),
                                              ("emoticon", "a.gif", GIF, "webwxsendemoticon"),
                                              ("file", "sub/a.bin", b"\0" * 700_000, "webwxsendappmsg")):
            with self.subTest(kind):
                (self.outgoing / name).write_bytes(content)
                send_id = self.accepted(self.post({"to": "filehelper", kind: {"path": str(self.outgoing / name)}}))
                (self.outgoing / name).unlink()  # it has been taken
                self.holds(send_id, content, endpoint)
                self.assertEqual(self.record(send_id)["kind"], kind)

    def test_a_file_above_25_mib_is_asked_for_first(self):
        content = random.Random(9).randbytes(26 * 1024 * 1024 + 1)
        send_id = self.accepted(self.upload(content))
        self.holds(send_id, content, "webwxsendappmsg")
        self.assertEqual(self.requests("webwxcheckupload"), 1)
        self.assertEqual(self.requests("webwxuploadmedia"), 53)
        # Weixin has it now.
        self.holds(self.accepted(self.upload(content)), content, "webwxsendappmsg")
        self.assertEqual(self.requests("webwxuploadmedia"), 53)

    def test_a_sticker_is_sent_by_its_md5(self):
        self.holds(self.accepted(self.upload(GIF, "wave.gif")), GIF, "webwxsendemoticon")
        send_id = self.accepted(self.post({"to": "filehelper",
                                           "emoticon": {"md5": hashlib.md5(GIF).hexdigest()}}))
        self.assertEqual(self.sent_as(send_id)["media"]["bytes"], len(GIF))
        self.assertEqual(self.requests("webwxuploadmedia"), 1)

    def test_received_messages_are_forwarded(self):
        kinds = {"image": "webwxsendmsgimg", "video": "webwxsendvideomsg", "file": "webwxsendappmsg",
                 "location": "webwxsendmsg", "sticker": "webwxsendemoticon", "link": "webwxsendappmsg"}
        for kind, endpoint in kinds.items():
            with self.subTest(kind):
                message = self.inject(1, kind=kind, accounted=False)
                self.wait_for(lambda: any(m["id"] == message["msg_id"] for m in self.inbox()), "the message")
                send_id = self.accepted(self.post({"to": "filehelper", "forward": {"msg_id": message["msg_id"]}}))
                sent = self.sent_as(send_id)
                self.assertEqual(sent["endpoint"], endpoint)
                self.assertTrue(sent["forwarded"])
                self.assertEqual(self.record(send_id)["kind"], "location" if kind == "location" else "forward")

    def test_members_of_a_group_are_mentioned(self):
        room = self.user(1)["chatrooms"][0]
        member = next(m for m in room["members"] if not m["self"])
        name = member["display_name"] or member["nick"]
        send_id = self.accepted(self.post({"to": room["topic"], "text": "look here", "mentions": [name]}))
        sent = self.sent_as(send_id)
        self.assertEqual(sent["text"], f"@{name}\u2005look here")
        self.assertEqual(sent["mentions"], [member["id"]])
        self.assertIn("<msgsource>", sent["msg_source"])

    def inbox(self):
        return self.admin.get(self.messages + "?limit=1000").json()["messages"]

    def test_a_message_is_taken_back(self):
        send_id = self.accepted(self.post({"to": "filehelper", "text": "too fast"}))
        self.settled(send_id)
        answer = self.admin.post(f"{self.messages}/{send_id}/recall")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json()["outcome"], "done")
        self.assertTrue(self.sent_as(send_id)["revoked"])
        again = self.admin.post(f"{self.messages}/{self.record(send_id)['msg_id']}/recall").json()
        self.assertEqual((again["outcome"], again["error"], again["ret"]), ("refused", "rejected_request", -2))

    def test_a_chat_is_marked_as_read(self):
        before = self.requests("webwxstatusnotify")
        answer = self.admin.post("/v1/accounts/shop-01/contacts/filehelper/read")
        self.assertEqual(answer.status, 200, answer)
        self.assertEqual(answer.json()["outcome"], "done")
        self.assertEqual(self.requests("webwxstatusnotify"), before + 1)
        self.problem(self.admin.post("/v1/accounts/shop-01/contacts/Nobody/read"), 404, "contact_not_found")

    def test_weixinctl_sends_files_and_takes_them_back(self):
        (self.directory / "photo.jpg").write_bytes(JPEG)
        ctl = ("weixinctl", "--socket", self.directory / "admin.sock")
        _, out, _ = self.run_program(*ctl, "send", "shop-01", "filehelper", "--image", self.directory / "photo.jpg",
                                     "--wait", "-o", "json", expect=0)
        send_id = out.split('"id":"')[1].split('"')[0]
        self.holds(send_id, JPEG, "webwxsendmsgimg")
        _, out, _ = self.run_program(*ctl, "recall", "shop-01", send_id, expect=0)
        self.assertEqual(out, "taken back\n")
        _, out, _ = self.run_program(*ctl, "mark-read", "shop-01", "filehelper", expect=0)
        self.assertEqual(out, "marked as read\n")


class Refusals(SendCase):
    def test_what_cannot_be_sent_is_refused_with_a_sentence(self):
        (self.directory / "secret").write_text("secret")
        (self.outgoing / "link").symlink_to(self.directory / "secret")
        (self.outgoing / "empty").write_text("")
        (self.outgoing / "text.jpg").write_text("no picture")
        for body, status, code in (
                ({"file": {"path": str(self.directory / "secret")}}, 403, "path_not_allowed"),
                ({"file": {"path": str(self.outgoing / "link")}}, 403, "path_not_allowed"),
                ({"file": {"path": str(self.outgoing / ".." / "secret")}}, 403, "path_not_allowed"),
                ({"file": {"path": str(self.outgoing / "nothing")}}, 409, "file_gone"),
                ({"file": {"path": str(self.outgoing / "empty")}}, 422, "file_empty"),
                ({"image": {"path": str(self.outgoing / "text.jpg")}}, 422, "unsupported_file"),
                ({"image": "a.jpg"}, 422, "invalid_argument"),
                ({"image": {"path": "a", "more": 1}}, 422, "invalid_argument"),
                ({"text": "a", "file": {"path": "b"}}, 422, "invalid_argument"),
                ({"emoticon": {"md5": "no md5"}}, 422, "invalid_argument"),
                ({"forward": {"msg_id": "12345"}}, 404, "message_not_found"),
                ({"text": "hi", "mentions": ["Ann"]}, 422, "invalid_argument")):
            with self.subTest(body):
                problem = self.problem(self.post({"to": "filehelper", **body}), status, code)
                self.assertTrue(problem["detail"])
                self.assertNotIn("secret", problem["detail"])
        self.problem(self.upload(b""), 422, "file_empty")
        self.problem(self.upload(b"x" * (20 * 1024 * 1024) + JPEG, kind="video"), 422, "unsupported_file")
        self.problem(self.upload(JPEG + b"x" * (20 * 1024 * 1024), kind="image"), 413, "body_too_large")
        self.problem(self.upload(b"x", to="Nobody"), 404, "contact_not_found")
        self.problem(self.upload(b"x", kind="song"), 422, "invalid_argument")
        self.problem(self.admin.post(f"{self.messages}/12345/recall"), 404, "send_not_found")
        self.assertEqual(self.admin.get("/v1/accounts/shop-01/outbox").json()["sends"], [])
        self.wait_for(lambda: self.spooled() == [], "the spool to be empty")

    def test_a_file_above_every_limit_is_not_even_read(self):
        content_type, _ = form({"to": "filehelper"}, "a", b"")
        answer = self.admin.call("POST", self.messages, b"", {"Content-Type": content_type,
                                                              "Content-Length": str(1 << 40)})
        self.problem(answer, 413, "body_too_large")

    def test_the_same_file_under_the_same_key_is_sent_once(self):
        first = self.accepted(self.upload(JPEG, "a.jpg", key="order-7"))
        again = self.upload(JPEG, "a.jpg", key="order-7")
        self.assertEqual(self.accepted(again), first)
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.problem(self.upload(JPEG + b"x", "a.jpg", key="order-7"), 422, "idempotency_conflict")
        self.settled(first)
        self.assertEqual(len(self.sent(1)), 1)
        self.wait_for(lambda: self.spooled() == [], "the spool to be empty")


class Failures(SendCase):
    def test_an_upload_goes_on_after_a_kill(self):
        content = random.Random(3).randbytes(5 * CHUNK)
        stalled = self.fault("stall", "webwxuploadmedia")
        send_id = self.accepted(self.upload(content))
        self.wait_for(lambda: self.record(send_id)["progress"], "the upload to begin")
        self.assertEqual(self.record(send_id)["state"], "queued")
        self.assertEqual(len(self.spooled()), 1)
        self.server.process.signal(signal.SIGKILL)
        self.server.process.wait()
        (self.directory / "data" / "spool" / "u-00000000000000000000000000").write_text("nobody's")
        self.control.delete(f"/v1/faults/{stalled}")
        self.start_server()
        self.holds(send_id, content, "webwxsendappmsg")
        self.assertEqual(len(self.sent(1)), 1)
        self.wait_for(lambda: self.spooled() == [], "the spool to be empty")

    def test_a_chunk_that_was_lost_is_sent_again(self):
        content = random.Random(4).randbytes(3 * CHUNK)
        for kind in ("reset", "http_status", "lost_response", "cut_body"):
            with self.subTest(kind):
                self.fault(kind, "webwxuploadmedia", count=1, **({"value": 502} if kind == "http_status" else {}))
                self.holds(self.accepted(self.upload(content + kind.encode())), content + kind.encode(),
                           "webwxsendappmsg")

    def test_only_a_lost_message_is_unknown(self):
        self.fault("lost_response", "webwxsendmsgimg", count=1)
        self.settled(self.accepted(self.upload(JPEG, "a.jpg")), "unknown")
        self.fault("http_status", "webwxuploadmedia", value=402, count=1)
        refused = self.settled(self.accepted(self.upload(JPEG, "b.jpg")), "refused")
        self.assertEqual(refused["error"], "upload_failed")

    def test_a_session_that_ends_in_the_middle_queues_the_send_again(self):
        self.fault("ret", "webwxuploadmedia", value=1101, count=1)
        send_id = self.accepted(self.upload(JPEG, "a.jpg"))
        self.holds(send_id, JPEG, "webwxsendmsgimg")  # webwxinit found the session alive


if __name__ == "__main__":
    main()
