#!/usr/bin/env python3
"""Logging in: from the operator's POST to an account that is online."""
import subprocess

from harness import Case, main


class QrCode(Case):
    def test_an_added_account_shows_a_code_that_a_phone_scans_and_confirms(self):
        answer = self.admin.post("/v1/accounts", {"name": "shop-01"})
        self.assertEqual(answer.status, 201)
        self.assertEqual(answer.headers["Location"], "/v1/accounts/shop-01")
        account = answer.json()
        self.assertEqual((account["name"], account["kind"], account["desired"], account["bots"]),
                         ("shop-01", "webwx", "running", ["echo"]))

        code = self.wait_for_code("shop-01")
        self.assertEqual(self.account("shop-01")["state"], "awaiting_scan")
        self.assertEqual(code["url"], "https://login.weixin.qq.com/l/" + code["uuid"])
        self.assertEqual(code["attempt"], 1)
        self.assertRegex(code["issued_at"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")

        self.phone("scan", code["uuid"], user=1)
        self.wait_for_state("shop-01", "awaiting_confirm")
        self.phone("confirm", code["uuid"])
        online = self.wait_for_state("shop-01", "online")
        self.assertEqual(online["nickname"], self.user(1)["nick"])
        self.assertIsNotNone(online["last_poll_at"])
        self.assertEqual(self.admin.get("/v1/accounts/shop-01/qr").status, 204)

    def test_is_drawn_as_text_with_its_link(self):
        self.add("shop-01")
        code = self.wait_for_code("shop-01")
        answer = self.admin.get("/v1/accounts/shop-01/qr?format=text")
        self.assertEqual(answer.status, 200)
        lines = answer.text.splitlines()
        self.assertEqual(lines[-1], code["url"])
        drawn = lines[:-1]
        self.assertGreater(len(drawn), 12)
        self.assertLessEqual(set("".join(drawn)), set(" \u2580\u2584\u2588"))
        self.assertEqual(len({len(line) for line in drawn}), 1, "all lines are equally wide")

    def test_is_a_picture_that_a_decoder_reads(self):
        self.add("shop-01")
        code = self.wait_for_code("shop-01")
        answer = self.admin.get("/v1/accounts/shop-01/qr?format=png")
        self.assertEqual((answer.status, answer.headers["Content-Type"]), (200, "image/png"))
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        picture = self.directory / "code.png"
        picture.write_bytes(answer.body)
        read = subprocess.run(["zbarimg", "--quiet", "--raw", "--nodbus", str(picture)], check=True, timeout=30,
                              stdout=subprocess.PIPE)
        self.assertEqual(read.stdout.decode().strip(), code["url"])

    def test_is_replaced_when_it_expires(self):
        self.add("shop-01")
        first = self.wait_for_code("shop-01")
        self.phone("expire", first["uuid"])
        second = self.wait_for_code("shop-01", other_than=first["uuid"])
        self.assertEqual(second["attempt"], 2)
        self.log_in("shop-01", 1)

    def test_is_replaced_when_the_phone_cancels(self):
        self.add("shop-01")
        first = self.wait_for_code("shop-01")
        self.phone("scan", first["uuid"], user=1)
        self.wait_for_state("shop-01", "awaiting_confirm")
        self.phone("cancel", first["uuid"])
        self.log_in("shop-01", 1, other_than=first["uuid"])

    def test_is_given_up_after_six_and_asked_for_again_by_the_operator(self):
        self.add("shop-01")
        uuid = None
        for _ in range(6):
            uuid = self.wait_for_code("shop-01", other_than=uuid)["uuid"]
            self.phone("expire", uuid)
        account = self.wait_for_state("shop-01", "needs_login")
        self.assertEqual(account["desired"], "running")
        self.assertEqual(self.requests("jslogin"), 6)
        self.command("shop-01", "relogin")
        self.log_in("shop-01", 1, other_than=uuid)


class Login(Case):
    def test_of_another_person_is_held_and_the_right_one_is_taken_back(self):
        self.add_online("shop-01", 1)
        self.command("shop-01", "relogin")
        code = self.wait_for_code("shop-01")
        self.phone("scan", code["uuid"], user=2)
        self.phone("confirm", code["uuid"])
        held = self.wait_for_state("shop-01", "held")
        self.assertEqual(held["reason"], "different_user")
        self.command("shop-01", "relogin")
        online = self.log_in("shop-01", 1, other_than=code["uuid"])
        self.assertEqual(online["nickname"], self.user(1)["nick"])

    def test_of_a_person_who_is_served_already_is_held(self):
        self.add_online("shop-01", 1)
        self.add("shop-02")
        code = self.wait_for_code("shop-02")
        self.phone("scan", code["uuid"], user=1)
        self.phone("confirm", code["uuid"])
        self.assertEqual(self.wait_for_state("shop-02", "held")["reason"], "duplicate_user")

    def test_of_a_barred_user_is_held_and_not_tried_again(self):
        self.control.patch("/v1/users/1", {"login_policy": "barred"})
        self.add("shop-01")
        code = self.wait_for_code("shop-01")
        self.phone("scan", code["uuid"], user=1)
        self.phone("confirm", code["uuid"])
        self.assertEqual(self.wait_for_state("shop-01", "held")["reason"], "barred")
        self.assertEqual(self.requests("jslogin"), 1)

    def test_follows_the_service_to_another_of_its_hosts(self):
        self.control.patch("/v1/users/1", {"entry_host": "wx2.qq.com"})
        self.control.patch("/v1/users/2", {"entry_host": "web2.wechat.com"})
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2)
        self.inject(1, "one {token}")
        self.inject(2, "two {token}")
        self.wait_for_answers()

    def test_begins_anew_where_the_ticket_page_sends_it(self):
        for host in ("wx2.qq.com", "wx8.qq.com", "web.wechat.com", "web2.wechat.com"):
            with self.subTest(host):
                user = self.control.post("/v1/users", {}).json()["first"]
                self.control.patch(f"/v1/users/{user}", {"moved_to": host})
                name = f"shop-{user}"
                self.add(name)
                first = self.wait_for_code(name)["uuid"]
                self.phone("scan", first, user=user)
                self.phone("confirm", first)
                self.log_in(name, user, other_than=first)
                codes = self.control.get("/v1/logins?all=1").json()["logins"]
                self.assertEqual([c["entry_host"] for c in codes if c["user"] == user], ["wx.qq.com", host])
                self.assertEqual((self.user(user)["entry_host"], self.user(user)["logins"]), (host, 1))
                self.inject(user, "hello {token}")
                self.wait_for_answers()

    def test_finds_the_push_host_when_the_table_is_wrong(self):
        self.control.patch("/v1/users/1", {"push_host": "webpush.wx8.qq.com"})
        self.add_online("shop-01", 1)
        self.inject(1, "hello {token}")
        self.wait_for_answers()
        self.assertEqual(self.user(1)["logins"], 1)

    def test_works_with_both_forms_of_the_ticket_page(self):
        for status, user in ((200, 1), (301, 2)):
            self.control.patch("/v1/options", {"login_page_status": status})
            self.add_online(f"shop-{status}", user)

    def test_of_many_accounts_at_once_brings_all_online(self):
        self.control.post("/v1/users", {"count": 28})
        self.control.patch("/v1/options", {"auto": True, "scan_delay_ms": 50, "confirm_delay_ms": 50})
        for number in range(30):
            self.add(f"shop-{number:02}")
        self.wait_for(lambda: self.server.states()["online"] == 30, "30 accounts online")
        names = [a["name"] for a in self.server.accounts()]
        self.assertEqual(names, sorted(names))
        self.assertEqual(len({a["nickname"] for a in self.server.accounts()}), 30)


if __name__ == "__main__":
    main()
