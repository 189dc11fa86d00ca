#!/usr/bin/env python3
"""A link to one account's QR code, and the console's files, without a browser: tests/system/console has one."""
import subprocess

from harness import Case, main
from local_weixin import tcp_client

LISTEN = '[api]\nlisten = "127.0.0.1:0"\n'


class ShareCase(Case):
    extra_configuration = Case.extra_configuration + LISTEN

    def setUp(self):
        super().setUp()
        self.meet()

    def meet(self):
        address = self.admin.get("/v1/status").json()["api_listen"]
        self.base = f"http://{address}" if address else ""
        self.api = tcp_client(address) if address else None

    def share(self, name, **body):
        answer = self.admin.post(f"/v1/accounts/{name}/share", body)
        self.assertEqual(answer.status, 201, answer)
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        return answer.json()["path"].removeprefix("/console/scan.html#")

    def shared(self, link, part=""):
        return self.api.get(f"/v1/shared{part}", headers={"Authorization": f"Share {link}"})

    def wait_for_shared(self, link, state):
        def reached():
            told = self.shared(link).json()
            return told if told["state"] == state else None
        return self.wait_for(reached, state)


class ShareLink(ShareCase):
    def test_shows_the_code_who_scanned_and_the_end(self):
        self.add("shop-01")
        code = self.wait_for_code("shop-01")
        made = self.admin.post("/v1/accounts/shop-01/share", {"expires_in": 600}).json()
        self.assertEqual(made["url"], self.base + made["path"])
        link = made["path"].partition("#")[2]
        told = self.wait_for_shared(link, "waiting")
        self.assertEqual(told, {"state": "waiting", "expires_at": made["expires_at"], "issued_at": code["issued_at"]})
        self.assertEqual(self.shared(link, "/avatar").status, 204)
        picture = self.shared(link, "/qr")
        self.assertEqual((picture.headers["Content-Type"], picture.headers["Cache-Control"]), ("image/png", "no-store"))
        file = self.directory / "code.png"
        file.write_bytes(picture.body)
        read = subprocess.run(["zbarimg", "--quiet", "--raw", str(file)], capture_output=True, text=True, check=True)
        self.assertEqual(read.stdout.strip(), code["url"])

        self.phone("scan", code["uuid"], user=1)
        self.assertEqual(self.wait_for_shared(link, "scanned").keys(), {"state", "expires_at"})
        self.assertEqual(self.shared(link, "/qr").status, 204, "a code that was scanned")
        face = self.shared(link, "/avatar")
        self.assertEqual((face.status, face.headers["Content-Type"]), (200, "image/jpeg"))
        self.assertEqual(face.headers["X-Content-Type-Options"], "nosniff")
        self.assertEqual(face.body[:3], b"\xff\xd8\xff")
        self.assertEqual(self.admin.get("/v1/accounts/shop-01/qr/avatar").body, face.body)
        self.phone("confirm", code["uuid"])
        self.wait_for_shared(link, "online")
        self.assertEqual(self.shared(link, "/avatar").status, 204)
        self.assertEqual(self.admin.get("/v1/accounts/shop-01/qr/avatar").status, 204)
        self.command("shop-01", "pause")
        self.wait_for_shared(link, "unavailable")

    def test_opens_nothing_else(self):
        self.add("shop-01")
        self.add("shop-02")
        link = self.share("shop-01")
        for scheme in ("Share", "Bearer"):
            for path in ("/v1/status", "/v1/accounts", "/v1/accounts/shop-01", "/v1/accounts/shop-01/qr", "/v1/events"):
                answer = self.api.get(path, headers={"Authorization": f"{scheme} {link}"})
                self.assertIn(answer.status, (401, 429), "too many attempts without a good token are refused unseen")
        for path in ("/v1/shared", "/v1/shared/qr", "/v1/shared/avatar"):
            for header in ({}, {"Authorization": f"Bearer {link}"}, {"Authorization": "Share "}, {"Authorization": f"Share {link}A"},
                           {"Authorization": f"Share {link[:-5]}AAAAA"}, {"Authorization": "Share a.b"}):
                answer = self.api.get(path, headers=header)
                self.problem(answer, 401, "link_invalid")
                self.assertEqual(answer.headers["WWW-Authenticate"], "Share")

    def test_ends_with_its_time(self):
        self.add("shop-01")
        link = self.share("shop-01", expires_in=1)
        self.wait_for(lambda: self.shared(link).status == 401, "the end")
        self.problem(self.shared(link), 401, "link_expired")
        for wrong in (0, -1, 86_401, 1.5, "60", None):
            self.problem(self.admin.post("/v1/accounts/shop-01/share", {"expires_in": wrong}), 422, "invalid_argument")
        self.problem(self.admin.post("/v1/accounts/nobody/share", {}), 404, "account_not_found")

    def test_ends_with_the_account_and_not_with_the_server(self):
        self.add("shop-01")
        link = self.share("shop-01")
        self.assertEqual(self.server.process.stop(), 0)
        self.start_server()
        self.meet()
        self.assertEqual(self.shared(link).status, 200)
        self.admin.delete("/v1/accounts/shop-01")
        self.problem(self.shared(link), 401, "link_invalid")
        self.add("shop-01")
        self.problem(self.shared(link), 401, "link_invalid")

    def test_wants_the_right_of_an_operator(self):
        self.add("shop-01")
        self.add("shop-02")
        for scope, name, status in (("read", "shop-01", 403), ("operator", "shop-01", 201), ("operator", "shop-02", 404)):
            token = self.admin.post("/v1/tokens", {"name": "x", "scope": scope, "accounts": ["shop-01"]}).json()["token"]
            answer = self.api.post(f"/v1/accounts/{name}/share", {}, headers={"Authorization": f"Bearer {token}"})
            self.assertEqual(answer.status, status, answer)

    def test_is_in_no_log_and_its_making_is_in_the_audit(self):
        self.add("shop-01")
        link = self.share("shop-01")
        self.shared(link)
        self.assertNotIn(link[:40], self.server.process.log())
        row = next(r for r in self.admin.get("/v1/audit?limit=100").json()["audit"] if r["call"].endswith("/share"))
        self.assertEqual((row["account"], row["status"]), ("shop-01", 201))
        self.assertRegex(row["object"], "^[0-9a-f]{16}$")

    def test_weixinctl_makes_one(self):
        self.add("shop-01")
        out = self.run_program("weixinctl", "--socket", self.server.socket, "account", "share", "shop-01", expect=0)[1]
        self.assertTrue(out.startswith(f"{self.base}/console/scan.html#"), out)
        self.assertEqual(self.shared(out.strip().partition("#")[2]).status, 200)

    def test_address_that_asks_too_often_waits(self):
        self.add("shop-01")
        link = self.share("shop-01")
        self.assertIn(429, [self.shared(link).status for _ in range(400)])
        self.assertEqual(self.api.get("/console/").status, 200, "a page comes as many files")


class WithoutAListener(Case):
    def test_a_link_would_lead_nowhere(self):
        self.add("shop-01")
        self.assertIn("api.listen", self.problem(self.admin.post("/v1/accounts/shop-01/share", {}), 422, "invalid_argument")["detail"])


class ConsoleFiles(ShareCase):
    def test_are_served_to_everybody_with_a_strict_policy(self):
        for path, kind in (("/console/", "text/html"), ("/console/main.js", "text/javascript"), ("/console/icon.svg", "image/svg+xml")):
            answer = self.api.get(path)
            self.assertEqual((answer.status, answer.headers["Content-Type"].split(";")[0]), (200, kind))
            self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
            self.assertEqual(answer.headers["X-Content-Type-Options"], "nosniff")
            self.assertEqual(self.api.get(path, headers={"If-None-Match": answer.headers["ETag"]}).status, 304)
        self.assertEqual(self.api.get("/").headers["Location"], "/console/")
        self.problem(self.api.get("/console/nothing.js"), 404, "not_found")
        self.problem(self.api.get("/console/", headers={"Host": "elsewhere.example"}), 421, "unknown_host")
        self.problem(self.api.call("POST", "/console/", {}), 401, "unauthorized")


class WithoutAConsole(ShareCase):
    extra_configuration = Case.extra_configuration + LISTEN + "console = false\n"

    def test_nothing_is_served(self):
        self.problem(self.api.get("/console/"), 401, "unauthorized")
        self.problem(self.admin.get("/console/"), 404, "not_found")


if __name__ == "__main__":
    main()
