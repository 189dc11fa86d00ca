#!/usr/bin/env python3
"""The published wechat4u, unmodified, lives against weixinsim over loopback TLS.

It knows the protocol from somewhere else than this project does: what both ends here got wrong in the same way shows.
Needs Node 18 or later and the packages of package-lock.json (scripts/install-interop).
"""
import hashlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from node_client import HERE, NodeClient, as_bytes, environment, from_bytes

ROOT = HERE.parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from local_weixin import Simulator, wait_until  # noqa: E402

BIN = pathlib.Path(os.environ.get("WEIXIN_BIN_DIR", ROOT / "build/release/bin")).resolve()
PATIENCE = 60
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
MP4 = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isomiso2" + bytes(5000)


def md5(data):
    return hashlib.md5(data).hexdigest()


class Case(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="weixinsim-interop-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.simulator = Simulator(BIN, self.directory, 1, ["--hold", "2"])
        self.addCleanup(self.simulator.process.stop)
        self.control = self.simulator.control

    def start_client(self):
        client = NodeClient(self.simulator, self.directory / "client.log", PATIENCE)
        self.addCleanup(self._end, client)
        return client

    def _end(self, client):
        if client.child.poll() is None:
            client.close()

    def post(self, path, body=None, status=(200, 201)):
        answer = self.control.post(path, body or {})
        self.assertIn(answer.status, status, answer)
        return answer.json()

    def inject(self, **body):
        return self.post("/v1/messages", {"user": 1, **body})["messages"][0]["msg_id"]

    def sent(self):
        return self.control.get("/v1/sent").json()["sent"]

    def person(self, contact):
        return next(c for c in self.user()["contacts"] if c["id"] == contact)

    def user(self):
        return self.control.get("/v1/users/1").json()

    def violations(self):
        return self.control.get("/v1/violations").json()

    def wait_for(self, condition, what):
        try:
            return wait_until(condition, PATIENCE, what)
        except TimeoutError as late:
            self.fail(str(late))

    def media_of(self, msg_id):
        answer = self.control.get(f"/v1/messages/{msg_id}/media")
        self.assertEqual(answer.status, 200, answer)
        return answer.body


class ClientOnline(Case):
    """Each test begins with a scan of the QR code and ends with an account of what the client did wrong: nothing."""

    errors_are_expected = False

    def setUp(self):
        super().setUp()
        self.client = self.start_client()
        self.client.call("open")
        self.client.call("start")
        uuid = self.client.wait_for("uuid")
        self.post(f"/v1/logins/{uuid}/scan", {"user": 1})
        self.assertTrue(self.client.wait_for("user-avatar").startswith("data:img/jpg;base64,"))
        self.post(f"/v1/logins/{uuid}/confirm")
        self.client.wait_for("login")
        self.self_name = self.client.call("self")
        self.friends = [c["id"] for c in self.user()["contacts"] if c["kind"] == "friend"]
        # It knows everybody once the address book has come.
        self.wait_for(lambda: len(self.client.call("contacts")) > len(self.friends), "the contacts")

    def tearDown(self):
        if not self.errors_are_expected:
            self.assertEqual(self.client.errors(), [])
        self.assertEqual(self.violations()["total"], 0, self.violations())

    def name_of(self, contact):
        """The UserName of a contact, as the client knows it: by the nick name."""
        nick = self.person(contact)["nick"].split("\U0001F604")[0].split(" & ")[0]
        return next(n for n, c in self.client.call("contacts").items() if c.get("NickName", "").startswith(nick))

    def room_named(self, topic):
        return next((n for n, c in self.client.call("contacts").items()
                     if n.startswith("@@") and c.get("NickName") == topic), None)

    def receive(self, **body):
        return self.client.message(self.inject(**body))


class Login(ClientOnline):
    def test_finds_itself_its_friends_and_its_chatrooms(self):
        contacts = self.client.call("contacts")
        self.assertTrue(contacts[self.self_name]["isSelf"])
        topics = {c["NickName"] for n, c in contacts.items() if n.startswith("@@")}
        self.assertEqual(topics, {r["topic"] for r in self.user()["chatrooms"]})

    def test_goes_on_with_saved_data_in_another_process(self):
        data = self.client.call("botData")
        self.client.close()
        other = self.start_client()
        other.call("open", data)
        other.call("restart")
        other.wait_for("login")
        self.assertEqual(other.call("self"), self.self_name)
        # It stands after everything, and hears what comes from now on.
        msg_id = self.inject(text="after the restart")
        self.assertEqual(other.message(msg_id)["Content"], "after the restart")
        self.assertEqual(self.user()["session"]["number"], 1, "no new login")
        self.assertEqual(other.errors(), [])

    def test_logs_out(self):
        self.client.call("stop")
        self.client.wait_for("logout")
        self.wait_for(lambda: self.user()["session"]["ended"], "the end of the session")

    def test_notices_that_it_was_logged_out_on_the_phone(self):
        # It compares the retcode with a number, so it tries three times and then once more from webwxinit.
        self.errors_are_expected = True
        self.post("/v1/sessions/end", {"user": 1, "code": 1101})
        self.client.wait_for("logout")


class Receiving(ClientOnline):
    def test_a_text_with_what_the_wire_encodes(self):
        message = self.receive(text="a <b> \U0001F604\nc")
        self.assertEqual((message["MsgType"], message["Content"]), (1, "a <b> \U0001F604\nc"))

    def test_a_text_in_a_chatroom_with_its_speaker(self):
        message = self.receive(group="100000@chatroom", member=self.friends[0], text="hello all")
        self.assertTrue(message["FromUserName"].startswith("@@"))
        self.assertEqual(message["Content"].split(":\n")[1], "hello all")

    def test_every_kind_of_message(self):
        types = {"location": 1, "location_link": 1, "news": 1, "red_packet_text": 1, "image": 3, "voice": 34,
                 "friend_request": 37, "own_friend_request": 37, "recommendation": 40, "card": 42, "video": 43,
                 "opaque_media": 43, "sticker": 47, "shop_sticker": 47, "dice": 47, "rock_paper_scissors": 47,
                 "location_message": 48, "micro_video": 62, "file": 49, "link": 49, "video_link": 49, "articles": 49,
                 "music": 49, "mini_program": 49, "channels": 49, "quote": 49, "chat_record": 49, "merged_record": 49,
                 "transfer": 49, "red_packet": 49, "live_location": 49, "group_note": 49, "group_invitation": 49,
                 "call": 50, "status_notify": 51, "service_notice": 9999, "notice": 10000, "recall": 10002,
                 "pat": 10002, "template_notice": 10002, "todo": 10002}
        kinds = set(self.control.get("/v1/messages/kinds").json()["kinds"])
        self.assertEqual(kinds - set(types), {"text", "app", "unknown"})
        for kind, message_type in types.items():
            with self.subTest(kind):
                more = {"original": "0"} if kind == "recall" else {}
                self.assertEqual(self.receive(kind=kind, **more)["MsgType"], message_type)
                if kind not in ("friend_request", "own_friend_request", "recommendation", "news"):
                    message = self.receive(kind=kind, group="100000@chatroom", **more)
                    self.assertEqual(message["MsgType"], message_type)
                    self.assertTrue(message["FromUserName"].startswith("@@") or kind == "status_notify")

    def test_the_app_message_types(self):
        for number in (1, 8, 10, 13, 15, 16, 36, 2001):
            self.assertEqual(self.receive(kind="app", code=number)["AppMsgType"], number)

    def test_downloads_what_comes_with_a_message(self):
        for kind, method in (("image", "getMsgImg"), ("sticker", "getMsgImg"), ("video", "getVideo"), ("voice", "getVoice")):
            with self.subTest(kind):
                message = self.receive(kind=kind, bytes=70_000)
                self.assertEqual(as_bytes(self.client.call(method, message["MsgId"])["data"]),
                                 self.media_of(message["MsgId"]))

    def test_downloads_a_file(self):
        message = self.receive(kind="file", title="年报 2026.pdf", bytes=50_000)
        self.assertEqual((message["FileName"], message["FileSize"]), ("年报 2026.pdf", "50000"))
        answer = self.client.call("getDoc", message["FromUserName"], message["MediaId"], message["FileName"])
        self.assertEqual(as_bytes(answer["data"]), self.media_of(message["MsgId"]))

    def test_downloads_a_head(self):
        contact = self.client.call("contacts")[self.name_of(self.friends[0])]
        self.assertEqual(as_bytes(self.client.call("getHeadImg", contact["HeadImgUrl"])["data"])[:2], b"\xff\xd8")

    def test_a_contact_and_a_chatroom_that_changed(self):
        self.control.patch(f"/v1/users/1/contacts/{self.friends[0]}", {"remark": "老王"})
        self.control.patch("/v1/users/1/chatrooms/100000@chatroom", {"topic": "新话题"})
        self.wait_for(lambda: any(c.get("RemarkName") == "老王" for c in self.client.call("contacts").values()), "the remark")
        self.wait_for(lambda: self.room_named("新话题"), "the topic")


class Sending(ClientOnline):
    def setUp(self):
        super().setUp()
        self.peer = self.name_of(self.friends[1])

    def last_sent(self, answer):
        """The send that the service recorded under the answer's MsgID."""
        return next(s for s in self.sent() if s["msg_id"] == answer["MsgID"])

    def test_a_text(self):
        send = self.last_sent(self.client.call("sendMsg", "你好 <&>", self.peer))
        self.assertEqual((send["to"], send["type"], send["text"]), (self.friends[1], 1, "你好 <&>"))

    def test_pictures_files_gifs_and_videos(self):
        expected = {"a.png": ("webwxsendmsgimg", 3, PNG), "报告.pdf": ("webwxsendappmsg", 6, b"%PDF" + PNG),
                    "b.gif": ("webwxsendemoticon", 47, GIF), "c.mp4": ("webwxsendvideomsg", 43, MP4)}
        for name, (endpoint, message_type, data) in expected.items():
            with self.subTest(name):
                answer = self.client.call("sendMsg", {"file": from_bytes(data), "filename": name}, self.peer)
                send = self.last_sent(answer)
                self.assertEqual((send["endpoint"], send["type"], send["to"]), (endpoint, message_type, self.friends[1]))
                self.assertEqual(send["media"], {"name": name, "md5": md5(data), "bytes": len(data)})

    def test_what_was_uploaded_is_what_a_download_gives(self):
        answer = self.client.call("sendMsg", {"file": from_bytes(PNG), "filename": "a.png"}, self.peer)
        self.assertEqual(as_bytes(self.client.call("getMsgImg", answer["MsgID"])["data"]), PNG)

    def test_a_file_of_several_chunks(self):
        data = os.urandom(1_300_000)
        answer = self.client.call("sendMsg", {"file": from_bytes(data), "filename": "big.zip"}, self.peer)
        self.assertEqual(self.last_sent(answer)["media"]["md5"], md5(data))
        self.assertEqual(self.control.get("/v1/ledger").json()["requests"]["webwxuploadmedia"], 3)

    def test_forwards_what_it_received(self):
        for kind, endpoint in (("text", "webwxsendmsg"), ("location", "webwxsendmsg"), ("image", "webwxsendmsgimg"),
                               ("video", "webwxsendvideomsg"), ("sticker", "webwxsendemoticon"),
                               ("file", "webwxsendappmsg"), ("link", "webwxsendappmsg")):
            with self.subTest(kind):
                message = self.receive(kind=kind, text="forward me" if kind == "text" else "")
                answer = self.client.call("forwardMsg", {"$message": message["MsgId"]}, self.peer)
                send = self.last_sent(answer)
                self.assertEqual((send["endpoint"], send["to"]), (endpoint, self.friends[1]))
                if kind not in ("text", "location", "link"):
                    self.assertEqual(send["media"]["md5"], md5(self.media_of(message["MsgId"])))

    def test_recalls_what_it_sent(self):
        answer = self.client.call("sendMsg", "a slip", self.peer)
        self.client.call("revokeMsg", answer["MsgID"], self.peer)
        self.assertTrue(self.last_sent(answer)["revoked"])

    def test_tells_the_phone_what_was_read(self):
        self.client.call("notifyMobile", self.peer)

    def test_reports_a_click(self):
        answer = self.client.call("statReport")
        self.assertEqual(answer["data"]["BaseResponse"]["Ret"], 0)


class People(ClientOnline):
    def test_accepts_a_friend(self):
        message = self.receive(kind="friend_request", title="小新", text="我是小新")
        info = message["RecommendInfo"]
        self.assertEqual((message["FromUserName"], info["NickName"], info["Content"]), ("fmessage", "小新", "我是小新"))
        self.client.call("verifyUser", info["UserName"], info["Ticket"])
        self.client.wait_for("message", lambda m: m["MsgType"] == 10000 and "小新" in m["Content"])
        self.assertEqual(next(c["kind"] for c in self.user()["contacts"] if c["nick"] == "小新"), "friend")
        self.client.call("sendMsg", "欢迎", info["UserName"])

    def test_asks_a_member_of_a_chatroom_to_become_a_friend(self):
        room = next(n for n in self.client.call("contacts") if n.startswith("@@"))
        contacts = self.client.call("contacts")
        stranger = next(m["UserName"] for m in contacts[room]["MemberList"] if m["UserName"] not in contacts)
        self.client.call("addFriend", stranger, "我们同群")
        request = self.control.get("/v1/friend_requests").json()["friend_requests"][-1]
        self.assertEqual(request["text"], "我们同群")
        self.post(f"/v1/users/1/contacts/{request['to']}/accept")
        self.wait_for(lambda: stranger in self.client.call("contacts"), "the new friend")

    def test_remarks_and_pins_a_friend(self):
        peer = self.name_of(self.friends[2])
        self.client.call("updateRemarkName", peer, "新备注")
        self.client.call("opLog", peer, 1, "新备注")
        person = self.person(self.friends[2])
        self.assertEqual((person["remark"], person["pinned"]), ("新备注", True))
        self.client.call("opLog", peer, 0, "新备注")
        self.assertFalse(self.person(self.friends[2])["pinned"])

    def test_makes_a_chatroom_and_changes_it(self):
        first, second, third = (self.name_of(f) for f in self.friends[:3])
        room = self.client.call("createChatroom", "测试群", [{"UserName": first}, {"UserName": second}])["ChatRoomName"]
        self.wait_for(lambda: self.room_named("测试群") == room, "the chatroom")
        self.client.call("sendMsg", "大家好", room)

        def members():
            made = next(r for r in self.user()["chatrooms"] if r["topic"] in ("测试群", "新群名"))
            return [m["id"] for m in made["members"] if not m["self"]]
        self.assertEqual(members(), self.friends[:2])
        self.client.call("updateChatroom", room, [third], "addmember")
        self.assertEqual(members(), self.friends[:3])
        self.client.call("updateChatRoomName", room, "新群名")
        self.wait_for(lambda: self.room_named("新群名") == room, "the new name")
        self.client.call("updateChatroom", room, [first], "delmember")
        self.assertEqual(members(), self.friends[1:3])
        self.client.wait_for("message", lambda m: m["MsgType"] == 10000 and "移出了群聊" in m["Content"])


class StaysOnThisMachine(Case):
    """The script that the client runs behind."""

    def refused(self, script):
        done = subprocess.run(["node", "--require", str(HERE / "loopback_only.js"), "-e", script],
                              env=environment(self.simulator), stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE,
                              check=False)
        self.assertEqual(done.stdout.decode().split(), ["ELOOPBACKONLY"], done.stderr.decode())

    def test_connections_to_other_addresses_and_names_are_refused(self):
        for target in ("192.0.2.1:443", "example.org:443", "wx.qq.com:80", "wx.qq.com.example.org:443", "res.wx.qq.com:443"):
            with self.subTest(target):
                host, port = target.split(":")
                self.refused(f"require('net').connect({port}, '{host}').on('error', e => console.log(e.code))")

    def test_tls_and_https_are_refused_too(self):
        self.refused("require('tls').connect(443, 'example.org').on('error', e => console.log(e.code))")
        self.refused("require('https').get('https://example.org/').on('error', e => console.log(e.code))")
        self.refused("fetch('https://example.org/').catch(e => console.log(e.cause.code))")

    def test_look_ups_datagrams_and_other_programs_are_refused(self):
        self.refused("require('dns').lookup('example.org', e => console.log(e.code))")
        self.refused("require('dns').promises.resolve4('example.org').catch(e => console.log(e.code))")
        self.refused("try { require('dgram').createSocket('udp4').send('x', 9, '192.0.2.1') } catch (e) { console.log(e.code) }")
        self.refused("try { require('child_process').spawn('true') } catch (e) { console.log(e.code) }")

    def test_a_simulator_elsewhere_is_refused(self):
        done = subprocess.run(["node", "--require", str(HERE / "loopback_only.js"), "-e", ""],
                              env={**environment(self.simulator), "WEIXINSIM_ADDRESS": "192.0.2.1:443"},
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, check=False)
        self.assertNotEqual(done.returncode, 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
