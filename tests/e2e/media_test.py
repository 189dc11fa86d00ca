"""Received media: fetched byte for byte, by policy and on demand, whatever the way does to them, and gone with their account."""
import base64
import hashlib
import os
import signal

from harness import Case, main, metric

ALL = ("image", "sticker", "voice", "video", "micro_video", "file", "location")


class MediaCase(Case):
    bots = "[]"
    users = 13

    def original(self, msg_id):
        """What the other side gave the message."""
        answer = self.control.get(f"/v1/messages/{msg_id}/media")
        self.assertEqual(answer.status, 200, answer)
        return answer.body

    def path(self, msg_id, name="shop-01"):
        return f"/v1/accounts/{name}/messages/{msg_id}/media"

    def media(self, msg_id, name="shop-01"):
        answer = self.admin.get(self.path(msg_id, name))
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def content(self, msg_id, query="", name="shop-01"):
        return self.admin.get(self.path(msg_id, name) + "/content" + query)

    def wait_for_medium(self, msg_id, state="available", name="shop-01"):
        def reached():
            answer = self.admin.get(self.path(msg_id, name))
            return answer.json() if answer.status == 200 and answer.json()["state"] == state else None
        return self.wait_for(reached, f"{state} medium: {self.admin.get(self.path(msg_id, name)).text}")

    def inject_kind(self, kind, user=1, **body):
        if kind == "file":
            body.setdefault("title", "a report.pdf")
        if kind == "location":
            body.setdefault("title", "a place")
        elif "media_base64" not in body:
            body.setdefault("bytes", 40_000)
        message = self.inject(user, kind=kind, accounted=False, **body)
        return message["msg_id"]

    def files(self):
        media = self.directory / "data" / "media"
        return sorted(p for p in media.rglob("*") if p.is_file()) if media.exists() else []


class Media(MediaCase):
    def test_of_every_kind_is_the_same_byte_for_byte(self):
        self.add_online("shop-01", 1, media="all")
        events = self.events()
        ids = {kind: self.inject_kind(kind) for kind in ALL}
        for kind, msg_id in ids.items():
            told = events.next("media", id=msg_id, thumbnail=False)["data"]
            self.assertEqual(told["state"], "available", (kind, told))
            whole = self.original(msg_id)
            answer = self.content(msg_id)
            self.assertEqual(answer.status, 200, (kind, answer))
            self.assertEqual(answer.body, whole, kind)
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertTrue(answer.headers["Content-Disposition"].startswith("attachment;"), answer.headers)
            known = self.media(msg_id)
            self.assertEqual((known["bytes"], known["sha256"]), (len(whole), hashlib.sha256(whole).hexdigest()))
            self.assertEqual(told["sha256"], known["sha256"])
            self.assertEqual(answer.headers["Content-Type"], known["mime"])
        self.assertEqual(self.media(ids["file"])["name"], "a report.pdf")
        self.wait_for(lambda: self.content(ids["video"], "?thumbnail=1").status == 200, "the video's thumbnail")
        self.assertTrue(self.content(ids["video"], "?thumbnail=1").body.startswith(b"\xff\xd8"))
        text = self.metrics()
        self.assertEqual(metric(text, "weixin_media_files_total", kind="file", result="ok"), 1)
        self.assertGreater(metric(text, "weixin_media_store_bytes"), 200_000)
        for file in self.files():
            self.assertEqual(file.stat().st_mode & 0o777, 0o600)

    def test_is_fetched_by_the_accounts_policy_and_on_demand(self):
        account = self.add_online("shop-01", 1)
        self.assertEqual(account["media"], "images_and_voices")
        image, video = self.inject_kind("image"), self.inject_kind("video")
        self.wait_for_medium(image)
        self.assertEqual(self.media(video)["state"], "not_fetched")
        self.problem(self.content(video), 409, "media_not_ready")
        answer = self.admin.post(self.path(video) + "/fetch")
        self.assertEqual(answer.status, 202, answer)
        self.wait_for_medium(video)
        self.assertEqual(self.content(video).body, self.original(video))

        changed = self.admin.patch("/v1/accounts/shop-01", {"media": "none"})
        self.assertEqual((changed.status, changed.json()["media"]), (200, "none"), changed)
        voice = self.inject_kind("voice")
        self.wait_for(lambda: self.admin.get(self.path(voice)).status == 200, "the message")
        self.problem(self.admin.post(self.path(voice) + "/fetch"), 409, "media_not_allowed")
        self.problem(self.admin.patch("/v1/accounts/shop-01", {"media": "some"}), 422, "invalid_argument")

    def test_that_the_way_damages_is_fetched_in_the_end(self):
        endpoints = {"image": "webwxgetmsgimg", "file": "webwxgetmedia", "voice": "webwxgetvoice"}
        cases = [(fault, kind)
                 for fault, kinds in (("cut_body", ("image", "file", "voice")), ("html", ("image", "file")),
                                      ("empty", ("image", "voice")), ("short_length", ("file", "voice")),
                                      ("long_length", ("image", "file")), ("slow", ("image",)), ("reset", ("file",)))
                 for kind in kinds]
        # An account of its own for each: one alone repeats few fetches a minute.
        for user, (fault, kind) in enumerate(cases, 1):
            name = f"shop-{user:02}"
            self.add_online(name, user, media="all")
            self.fault(fault, endpoints[kind], count=1, user=user, **({"value": 1500} if fault == "slow" else {}))
            msg_id = self.inject_kind(kind, user=user)
            record = self.wait_for_medium(msg_id, name=name)
            self.assertEqual(self.content(msg_id, name=name).body, self.original(msg_id), (fault, kind, record))
        self.assertFalse([f for f in self.files() if f.suffix == ".part"])

    def test_that_never_comes_fails_with_a_reason_and_can_be_asked_for_again(self):
        self.add_online("shop-01", 1)
        events = self.events()
        self.fault("html", "webwxgetmsgimg")
        msg_id = self.inject_kind("image")
        self.assertEqual(events.next("media", id=msg_id)["data"]["error"], "malformed_answer")
        self.assertEqual(self.problem(self.content(msg_id), 409, "media_failed")["error"], "malformed_answer")
        self.control.delete("/v1/faults")
        self.assertEqual(self.admin.post(self.path(msg_id) + "/fetch").status, 202)
        self.wait_for_medium(msg_id)
        self.assertEqual(self.content(msg_id).body, self.original(msg_id))

    def test_that_waits_is_fetched_after_a_kill(self):
        self.add_online("shop-01", 1, media="all")
        self.fault("stall", "webwxgetvideo")
        video = self.inject_kind("video", bytes=3_000_000)
        self.wait_for(lambda: self.requests("webwxgetvideo") > 0, "the request for the video")
        self.server.process.signal(signal.SIGKILL)
        self.server.process.wait()
        self.control.delete("/v1/faults")
        self.start_server()
        self.wait_for_state("shop-01", "online")
        self.wait_for_medium(video)
        self.assertEqual(self.content(video).body, self.original(video))

    def test_that_nobody_knows_is_removed_at_the_start(self):
        self.add_online("shop-01", 1)
        msg_id = self.inject_kind("image")
        self.wait_for_medium(msg_id)
        known = self.files()
        self.server.process.stop()
        orphan = known[0].with_name("m-01hf7yat0000000000000000" + known[0].name[-2:])
        unfinished = known[0].with_name("m-01hf7yat0000000000000001" + known[0].name[-2:] + ".part")
        note = known[0].with_name("operators-note.txt")
        for file in (orphan, unfinished, note):
            file.write_bytes(b"left behind")
        self.start_server()
        self.wait_for(lambda: self.files() == sorted(known + [note]), "what nobody knows to go")
        self.assertEqual(self.content(msg_id).body, self.original(msg_id))

    def test_goes_with_its_account_unless_another_one_has_it_too(self):
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2)
        shared = base64.b64encode(b"\xff\xd8\xff\xe0" + os.urandom(5000)).decode("ascii")
        mine = self.inject_kind("image", 1)
        ours = [self.inject_kind("image", user, media_base64=shared) for user in (1, 2)]
        for msg_id, name in ((mine, "shop-01"), (ours[0], "shop-01"), (ours[1], "shop-02")):
            self.wait_for_medium(msg_id, name=name)
        self.wait_for(lambda: len(self.files()) == 2, "the same picture once")
        self.assertEqual(self.admin.delete("/v1/accounts/shop-01").status, 204)
        self.wait_for(lambda: len(self.files()) == 1, "the other picture to go")
        self.assertEqual(self.content(ours[1], name="shop-02").body, self.original(ours[1]))
        self.assertEqual(self.admin.delete("/v1/accounts/shop-02").status, 204)
        self.wait_for(lambda: not self.files(), "nothing to be left")

    def test_called_by_hostile_names_stays_in_the_media_store(self):
        self.add_online("shop-01", 1, media="all")
        outside = set(p for p in self.directory.rglob("*") if "media" not in p.parts)
        for name in ("../../../../escaped", "..\\..\\escaped.exe", "/tmp/escaped", "a\x01b", "a" * 300 + ".txt", ".",
                     "..", "\u202egnp.exe", "line\nbreak", "CON", "nul.txt", "\"quoted\"; filename=x"):
            msg_id = self.inject_kind("file", title=name, bytes=500)
            record = self.wait_for_medium(msg_id)
            answer = self.content(msg_id)
            self.assertEqual(answer.body, self.original(msg_id), name)
            shown = record["name"] or ""
            for bad in ("/", "\\", "\n", "\u202e", "\x01"):
                self.assertNotIn(bad, shown, name)
            self.assertLessEqual(len(shown.encode("utf-8")), 255)
            disposition = answer.headers["Content-Disposition"]
            self.assertEqual(disposition.count('"'), 2, disposition)
            self.assertTrue(disposition.isascii())
        added = set(p for p in self.directory.rglob("*") if "media" not in p.parts) - outside
        self.assertEqual({p.name for p in added} - {"weixind.db-wal", "weixind.db-shm"}, set())
        for file in self.files():
            self.assertRegex(file.name, r"^m-[0-9a-z]{26}$")

    def test_is_not_served_through_a_planted_link(self):
        self.add_online("shop-01", 1)
        msg_id = self.inject_kind("image")
        self.wait_for_medium(msg_id)
        file, = self.files()
        secret = self.directory / "secret"
        secret.write_text("not for you", encoding="ascii")
        file.unlink()
        file.symlink_to(secret)
        self.problem(self.content(msg_id), 404, "file_missing")

    def test_asks_are_answered_with_what_is_wrong(self):
        self.add_online("shop-01", 1)
        text = self.inject(1, "hello {token}", accounted=False)["msg_id"]
        self.wait_for(lambda: self.admin.get(self.path(text)).json().get("code") == "media_not_found", "the message")
        self.problem(self.admin.get(self.path("123456")), 404, "message_not_found")
        self.problem(self.admin.get(self.path("..%2f..%2fetc")), 404, "message_not_found")
        self.problem(self.admin.get(self.path(text, "nobody")), 404, "account_not_found")
        self.problem(self.content(text, "?thumbnail=2"), 422, "invalid_argument")
        self.problem(self.admin.get("/v1/accounts/shop-01/contacts/nobody/avatar"), 404, "contact_not_found")


class Avatars(MediaCase):
    def test_are_fetched_when_asked_for_and_kept(self):
        self.add_online("shop-01", 1)
        contact = next(c for c in self.admin.get("/v1/accounts/shop-01/contacts").json()["contacts"]
                       if c["kind"] == "friend")
        path = f"/v1/accounts/shop-01/contacts/{contact['ref']}/avatar"
        answer = self.admin.get(path)
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"), answer)
        asked = self.requests("webwxgeticon")
        self.assertEqual(self.admin.get(path).body, answer.body)
        self.assertEqual(self.requests("webwxgeticon"), asked)
        self.command("shop-01", "pause")
        self.wait_for_state("shop-01", "stopped")
        self.assertEqual(self.admin.get(path).body, answer.body, "also without a session")

    def test_of_groups_are_the_groups_own(self):
        self.add_online("shop-01", 1)
        group = self.admin.get("/v1/accounts/shop-01/groups").json()["groups"][0]
        path = f"/v1/accounts/shop-01/contacts/{group['ref']}/avatar"
        answer = self.admin.get(path)
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"), answer)
        self.assertEqual((self.requests("webwxgetheadimg"), self.requests("webwxgeticon")), (1, 0))
        self.assertEqual(self.admin.get(path).body, answer.body)
        self.assertEqual(self.requests("webwxgetheadimg"), 1, "it was kept")
        self.run_program("weixinctl", "avatar", "shop-01", group["ref"], "-o", self.directory / "g.jpg", expect=0,
                         environment={"WEIXIND_SOCKET": self.server.socket})
        self.assertEqual((self.directory / "g.jpg").read_bytes(), answer.body)

    def test_of_members_of_groups_who_are_no_contacts(self):
        self.add_online("shop-01", 1)
        groups = self.admin.get("/v1/accounts/shop-01/groups").json()["groups"]
        group = next(g for g in groups if g["members"])
        listed = f"/v1/accounts/shop-01/groups/{group['ref']}/members"
        member = next(m for m in self.admin.get(listed).json()["members"] if not m["ref"] and not m["self"])
        answer = self.admin.get(f"{listed}/{member['id']}/avatar")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/jpeg"), answer)
        self.problem(self.admin.get(f"{listed}/m-0000000000000000/avatar"), 404, "member_not_found")
        self.run_program("weixinctl", "avatar", "shop-01", group["ref"], "--member", member["id"], "-o",
                         self.directory / "m.jpg", expect=0, environment={"WEIXIND_SOCKET": self.server.socket})
        self.assertEqual((self.directory / "m.jpg").read_bytes(), answer.body)


class Quota(MediaCase):
    extra_configuration = '[log]\nlevel = "debug"\n[media]\naccount_quota_bytes = 1048576\nmax_file_bytes = 600000\n'

    def test_makes_the_oldest_give_way_and_refuses_what_is_too_large(self):
        self.add_online("shop-01", 1, media="all")
        ids = []
        for _ in range(3):
            ids.append(self.inject_kind("file", bytes=500_000))
            self.wait_for_medium(ids[-1])
        gone = self.media(ids[0])
        self.assertEqual((gone["state"], gone["error"]), ("dropped", "quota"), gone)
        self.problem(self.content(ids[0]), 409, "media_not_ready")
        self.wait_for(lambda: sum(f.stat().st_size for f in self.files()) <= 1_048_576, "the file to go")
        large = self.inject_kind("file", bytes=700_000)
        self.assertEqual(self.wait_for_medium(large, "failed")["error"], "answer_too_large")
        self.assertEqual(metric(self.metrics(), "weixin_media_dropped_total"), 1)


class Commands(MediaCase):
    def test_save_media_and_pictures_of_contacts(self):
        self.add_online("shop-01", 1, media="on_demand")
        video = self.inject_kind("video")
        self.wait_for(lambda: self.admin.get(self.path(video)).status == 200, "the message")
        socket = {"WEIXIND_SOCKET": self.server.socket}
        target = self.directory / "saved.mp4"
        self.run_program("weixinctl", "media", "shop-01", video, "-o", target, expect=0, environment=socket)
        self.assertEqual(target.read_bytes(), self.original(video))
        self.run_program("weixinctl", "media", "shop-01", video, "-o", target, expect=1, environment=socket)
        self.run_program("weixinctl", "media", "shop-01", video, "-o", target, "--force", expect=0, environment=socket)
        _, out, _ = self.run_program("weixinctl", "media", "shop-01", video, expect=0, environment=socket)
        self.assertIn("state    available", out)
        ref = next(c["ref"] for c in self.admin.get("/v1/accounts/shop-01/contacts").json()["contacts"]
                   if c["kind"] == "friend")
        self.run_program("weixinctl", "avatar", "shop-01", ref, "-o", self.directory / "a.jpg", expect=0,
                         environment=socket)
        self.assertTrue((self.directory / "a.jpg").read_bytes().startswith(b"\xff\xd8"))
        self.run_program("weixinctl", "account", "set", "shop-01", "--media", "all", expect=0, environment=socket)
        self.assertEqual(self.account("shop-01")["media"], "all")


if __name__ == "__main__":
    main()
