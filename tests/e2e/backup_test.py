#!/usr/bin/env python3
"""The store tells its condition, writes a copy while it works, checks itself, and starts from a copy."""
import json
import shutil
import stat

from harness import BIN, Case, Server, main

WORDS = "the words nobody may find"


class StoreCase(Case):
    bots = "[]"

    def setUp(self):
        super().setUp()
        self.add_online("shop-01", 1)
        self.inject(1, WORDS, accounted=False)
        self.wait_for(lambda: self.messages(), "the message")
        self.send_id = self.send_text("shop-01", "filehelper", WORDS)
        self.wait_for_send("shop-01", self.send_id, "sent")

    def messages(self):
        return self.admin.get("/v1/accounts/shop-01/messages").json()["messages"]

    def backup(self, file):
        return self.admin.post("/v1/store/backup", {"file": str(file)})

    def backed_up(self):
        file = self.directory / "copy.db"
        answer = self.backup(file)
        self.assertEqual((answer.status, answer.json()), (200, {"file": str(file)}), answer)
        return file

    def ctl(self, *arguments, expect=0):
        code, out, err = self.run_program("weixinctl", "--socket", self.server.socket, *arguments)
        self.assertEqual(code, expect, (out, err))
        return out, err


class Condition(StoreCase):
    def test_is_told_with_the_retention(self):
        store = self.admin.get("/v1/store").json()
        self.assertEqual(set(store), {"accepting", "database_bytes", "waiting_calls", "durability", "retention"})
        self.assertEqual((store["accepting"], store["durability"]), (True, "power"))
        self.assertGreater(store["database_bytes"], 0)
        self.assertEqual(set(store["retention"]), {"inbox_hours", "inbox_bytes_per_account", "outbox_hours",
                                                   "history_hours", "history_per_account"})
        self.assertGreaterEqual(store["retention"]["outbox_hours"], 7 * 24)
        self.assertIn("Store:      takes writes, ", self.ctl("status")[0])


    def test_without_room_is_told_and_nothing_is_accepted(self):
        self.assertEqual(self.server.process.stop(), 0)
        self.start_server(self.configuration(extra="[store]\nreserve_bytes = 1_125_899_906_842_624\n"))
        answer = self.admin.post("/v1/accounts/shop-01/messages", {"to": "filehelper", "text": "no room"})
        self.problem(answer, 507, "disk_full")
        self.assertFalse(self.admin.get("/v1/store").json()["accepting"])
        self.assertIn("takes nothing", self.ctl("status")[0])
        self.assertEqual(len(self.messages()), 1, "what is there can be read")
        self.assertEqual(len(self.sent()), 1)


class Check(StoreCase):
    def test_of_a_good_store_finds_nothing(self):
        report = self.admin.post("/v1/store/check").json()
        self.assertEqual((report["ok"], report["faults"]), (True, []))
        self.assertEqual((report["accounts"], report["messages"], report["sends"]), (1, 1, 1))
        self.assertGreater(report["contacts"], 0)
        out, _ = self.ctl("store", "check")
        self.assertTrue(out.endswith("all is well\n"), out)

    def test_takes_no_options(self):
        self.problem(self.admin.post("/v1/store/check", {"fast": True}), 422, "invalid_argument")
        self.problem(self.admin.get("/v1/store/check"), 405, "method_not_allowed")


class Backup(StoreCase):
    def test_is_private_sealed_and_never_overwrites(self):
        file = self.backed_up()
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        data = file.read_bytes()
        self.assertNotIn(WORDS.encode(), data)
        self.problem(self.backup(file), 409, "file_exists")
        self.assertEqual(file.read_bytes(), data)
        (self.directory / "link.db").symlink_to(self.directory / "elsewhere.db")
        self.problem(self.backup(self.directory / "link.db"), 409, "file_exists")
        self.assertFalse((self.directory / "elsewhere.db").exists())

    def test_needs_an_absolute_path_in_a_directory_that_is_there(self):
        for bad in ("copy.db", "", "/", "/tmp/", "/a\u0000b", "/a\nb", "/" + "x" * 5000):
            with self.subTest(bad[:20]):
                self.problem(self.admin.post("/v1/store/backup", {"file": bad}), 422, "invalid_argument")
        for body in ({}, {"file": 7}, {"file": "/x", "overwrite": True}, "[]"):
            with self.subTest(body):
                self.problem(self.admin.post("/v1/store/backup", body), 422, "invalid_argument")
        detail = self.problem(self.backup(self.directory / "nowhere" / "copy.db"), 422,
                              "invalid_argument")["detail"]
        self.assertIn("nowhere", detail)

    def test_is_written_by_weixinctl_too(self):
        file = self.directory / "copy.db"
        out, err = self.ctl("backup", file)
        self.assertEqual(out, f"{file}: written\n")
        self.assertIn("key file", err)
        self.assertIn("file_exists", self.ctl("backup", file, expect=1)[1])

    def test_goes_on_while_messages_come(self):
        for n in range(5):
            self.inject(1, f"number {n}", accounted=False)
            self.assertEqual(self.backup(self.directory / f"copy-{n}.db").status, 200)
        self.wait_for(lambda: len(self.messages()) == 6, "all messages")


class Restore(StoreCase):
    """The path to a server as it was, from a copy of the database and the key."""

    def restore(self, file, directory, expect=0):
        config = self.directory / "restored.toml"
        config.write_text(self.configuration(directory=directory), encoding="utf-8")
        code, out, err = self.run_program("weixind", "--config", config, "--restore", file)
        self.assertEqual(code, expect, (out, err))
        return err

    def new_place(self, with_key=True):
        place = self.directory / "place"
        (place / "data").mkdir(parents=True, mode=0o700)
        if with_key:
            shutil.copy(self.directory / "data" / "key", place / "data" / "key")
        return place

    def test_brings_accounts_messages_and_the_living_session_back(self):
        file, before = self.backed_up(), self.messages()
        self.server.process.stop()
        place = self.new_place()
        self.restore(file, place)
        self.server = Server(BIN, place, self.configuration(directory=place))
        self.watch(self.server.process)
        self.admin = self.server.admin
        self.assertEqual(self.messages(), before)
        self.assertEqual(self.admin.get(f"/v1/accounts/shop-01/outbox/{self.send_id}").json()["state"], "sent")
        self.wait_for_state("shop-01", "online")
        self.assertEqual(self.user(1)["logins"], 1)

    def test_never_replaces_a_database(self):
        file = self.backed_up()
        self.assertIn("in_use", self.restore(file, self.directory, expect=75))
        self.server.process.stop()
        self.assertIn("exists", self.restore(file, self.directory, expect=1))

    def test_without_the_key_or_from_a_damaged_copy_is_refused(self):
        file = self.backed_up()
        self.assertIn("key", self.restore(file, self.new_place(with_key=False), expect=65))
        damaged = self.directory / "damaged.db"
        damaged.write_bytes(file.read_bytes()[:5000])
        shutil.rmtree(self.directory / "place")
        self.restore(damaged, self.new_place(), expect=65)
        self.assertFalse((self.directory / "place" / "data" / "weixind.db").exists())


class Dump(StoreCase):
    def test_shows_what_is_stored_without_secrets_and_texts(self):
        self.server.process.stop()
        code, out, err = self.run_program("weixind", "--config", self.server.config_path, "--dump-store", expect=0)
        self.assertIn("shop-01", out)
        self.assertNotIn(WORDS, out + err)
        for line in out.splitlines():
            json.loads(line)


if __name__ == "__main__":
    main()
