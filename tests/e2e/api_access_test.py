#!/usr/bin/env python3
"""The API by TCP: who is let in, to what, and what is told of it."""
import contextlib
import http.client
import json
import os
import pathlib
import socket
import sqlite3
import ssl
import stat
import subprocess
import time

from harness import BIN, Case, EventStream, Server, main, metric
from local_weixin import Client, tcp_client, wait_until

LISTEN = '[api]\nlisten = "127.0.0.1:0"\n'
HOUR = 3600


def make_certificates(directory):
    """A CA of our own, a certificate of it for localhost and 127.0.0.1, and its key."""
    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], cwd=directory, check=True, capture_output=True)
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-keyout", "ca.key", "-out", "test-ca.pem", "-subj", "/CN=test CA")
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "api.key",
            "-out", "api.csr", "-subj", "/CN=api")
    (directory / "names.cnf").write_text("subjectAltName=DNS:localhost,IP:127.0.0.1\n", encoding="ascii")
    openssl("x509", "-req", "-in", "api.csr", "-CA", "test-ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
            "-extfile", "names.cnf", "-out", "api.pem")
    return directory / "test-ca.pem", directory / "api.pem", directory / "api.key"


class ApiCase(Case):
    """A server with a listener by TCP, and tokens for it."""

    extra_configuration = Case.extra_configuration + LISTEN

    def setUp(self):
        super().setUp()
        if self.starts_fleet:
            self.meet()

    def meet(self):
        self.api_address = self.admin.get("/v1/status").json()["api_listen"]
        self.api = tcp_client(self.api_address)

    def token(self, scope, **body):
        """A new token: (the token, its id)."""
        answer = self.admin.post("/v1/tokens", {"name": f"for-{scope}", "scope": scope, **body})
        self.assertEqual(answer.status, 201, answer)
        return answer.json()["token"], answer.json()["id"]

    def call(self, token, method, target, body=None, headers=None, client=None):
        fields = {"Authorization": f"Bearer {token}"} if token else {}
        return (client or self.api).call(method, target, body, headers={**fields, **(headers or {})})

    def get(self, token, target, **options):
        return self.call(token, "GET", target, **options)

    def weixinctl(self, *arguments, token=None, url=None, expect=0, **environment):
        env = {"WEIXIND_URL": url or f"http://{self.api_address}", **environment}
        if token:
            env["WEIXIND_TOKEN"] = token
        return self.run_program("weixinctl", *arguments, expect=expect, environment=env)

    def audit(self):
        answer = self.admin.get("/v1/audit?limit=1000")
        self.assertEqual(answer.status, 200, answer)
        return answer.json()["audit"]

    def refused(self, answer):
        """Without a good token; an address that fails often has to wait, which is a refusal, too."""
        if answer.status != 429:
            self.problem(answer, 401, "unauthorized")


class Tokens(ApiCase):
    def test_nobody_comes_in_without_a_token(self):
        answer = self.api.get("/v1/status")
        self.problem(answer, 401, "unauthorized")
        self.assertEqual(answer.headers["WWW-Authenticate"], "Bearer")
        for header in ("Bearer wrong", "Bearer wxd_" + "a" * 43, "Basic dXNlcjpwYXNz", "Bearer", ""):
            self.refused(self.api.get("/v1/status", headers={"Authorization": header}))
        self.refused(self.api.get("/v1/nothing"))
        self.assertEqual(self.admin.get("/v1/status").status, 200, "the socket is as it was")

    def test_a_token_is_shown_once_and_works_until_it_is_revoked(self):
        token, token_id = self.token("read")
        self.assertRegex(token, r"^wxd_[A-Za-z0-9_-]{43}$")
        self.assertEqual(self.get(token, "/v1/status").status, 200)
        who = self.get(token, "/v1/whoami").json()
        self.assertEqual((who["kind"], who["id"], who["scope"], who["accounts"]), ("token", token_id, "read", None))
        listed = self.admin.get("/v1/tokens")
        self.assertNotIn(token, listed.text)
        self.assertNotIn("hash", listed.text)
        self.assertIsNotNone(listed.json()["tokens"][0]["last_used_at"])
        self.assertEqual(self.admin.delete(f"/v1/tokens/{token_id}").status, 204)
        self.problem(self.get(token, "/v1/status"), 401, "unauthorized")
        self.problem(self.admin.delete(f"/v1/tokens/{token_id}"), 404, "token_not_found")
        self.problem(self.admin.delete("/v1/tokens/nonsense"), 404, "token_not_found")

    def test_a_token_outlives_a_restart_and_a_revoked_one_does_not_come_back(self):
        good, _ = self.token("read")
        revoked, token_id = self.token("read")
        self.admin.delete(f"/v1/tokens/{token_id}")
        self.assertEqual(self.server.process.stop(), 0)
        self.start_server()
        self.meet()
        self.assertEqual(self.get(good, "/v1/status").status, 200)
        self.problem(self.get(revoked, "/v1/status"), 401, "unauthorized")

    def test_refuses_what_no_token_can_be(self):
        for body, code in (({"scope": "read"}, "invalid_argument"), ({"name": "x"}, "invalid_argument"),
                           ({"name": "Not a name", "scope": "read"}, "invalid_name"),
                           ({"name": "x", "scope": "root"}, "invalid_argument"),
                           ({"name": "x", "scope": "read", "accounts": []}, "invalid_argument"),
                           ({"name": "x", "scope": "read", "expires_in": 1}, "invalid_argument"),
                           ({"name": "x", "scope": "read", "expires_in": 10 ** 12}, "invalid_argument"),
                           ({"name": "x", "scope": "read", "extra": 1}, "invalid_argument")):
            self.problem(self.admin.post("/v1/tokens", body), 422, code)
        self.problem(self.admin.post("/v1/tokens", {"name": "x", "scope": "read", "accounts": ["nobody"]}), 404,
                     "account_not_found")

    def test_a_token_ends_with_its_time(self):
        # The shortest life is a minute: the stored end is moved instead of the clock.
        token, token_id = self.token("read", expires_in=60)
        self.assertEqual(self.get(token, "/v1/status").status, 200)
        self.assertEqual(self.server.process.stop(), 0)
        with contextlib.closing(sqlite3.connect(self.directory / "data" / "weixind.db")) as db:
            db.execute("UPDATE api_token SET expires_at_ms = expires_at_ms - 60000 WHERE id = ?", (token_id,))
            db.commit()
        self.start_server()
        self.meet()
        self.problem(self.get(token, "/v1/status"), 401, "unauthorized")
        self.assertEqual([t["id"] for t in self.admin.get("/v1/tokens").json()["tokens"]], [token_id])


class Scopes(ApiCase):
    ranks = {"public": 0, "read": 1, "operator": 2, "admin": 3}

    def operations(self):
        """Every operation of the document, on an account that is not there, with the scope that it declares."""
        for path, operations in self.admin.get("/v1/openapi.json").json()["paths"].items():
            if path == "/v1/events":  # an answer without an end: has tests of its own
                continue
            for method, operation in operations.items():
                need = operation["security"][0]["token"][0] if operation["security"] else "public"
                target = path.replace("{name}", "nobody").replace("{id}", "x").replace("{ref}", "c-x").replace("{group}", "g")
                yield method.upper(), path, target, need

    def test_every_call_asks_for_the_scope_that_it_declares(self):
        self.add("shop-01")
        tokens = {scope: self.token(scope)[0] for scope in ("read", "operator", "admin")}
        limited = self.token("admin", accounts=["shop-01"])[0]
        seen = 0
        for method, path, target, need in self.operations():
            if (method, path) == ("POST", "/v1/store/backup"):
                body = {}
            else:
                body = {} if method in ("POST", "PATCH") else None
            seen += 1
            with self.subTest(call=f"{method} {path}", need=need):
                answer = self.call(None, method, target, body)
                if need == "public":
                    self.assertNotEqual(answer.json().get("code"), "unauthorized", answer)
                else:
                    # After many attempts that failed the address has to wait: that is a refusal, too.
                    self.assertIn(answer.status, (401, 429), answer)
                for scope, token in tokens.items():
                    answer = self.call(token, method, target, body)
                    if self.ranks[scope] < self.ranks[need]:
                        self.problem(answer, 403, "forbidden_scope")
                    else:
                        # What is public may want to be shown something of its own.
                        refusals = (403, 421, 500) if need == "public" else (401, 403, 421, 500)
                        self.assertNotIn(answer.status, refusals, (scope, answer))
                answer = self.call(limited, method, target, body)
                if "{name}" in path:
                    self.problem(answer, 404, "account_not_found")
                elif need == "admin":
                    self.problem(answer, 403, "forbidden_scope")
        self.assertGreater(seen, 50)

    def test_a_token_of_one_account_sees_nothing_of_another(self):
        self.add("shop-01")
        self.add("shop-02")
        token, _ = self.token("admin", accounts=["shop-01"])
        self.assertEqual([a["name"] for a in self.get(token, "/v1/accounts").json()["accounts"]], ["shop-01"])
        self.assertEqual(sum(self.get(token, "/v1/status").json()["accounts"].values()), 1)
        self.assertEqual(sum(self.admin.get("/v1/status").json()["accounts"].values()), 2)
        there, missing = (self.get(token, f"/v1/accounts/{name}") for name in ("shop-02", "shop-03"))
        self.assertEqual((there.status, there.body), (missing.status, missing.body))
        for method, rest in (("POST", "/pause"), ("DELETE", ""), ("GET", "/qr"), ("GET", "/contacts")):
            self.problem(self.call(token, method, "/v1/accounts/shop-02" + rest), 404, "account_not_found")
        self.assertEqual(self.call(token, "POST", "/v1/accounts/shop-01/pause").status, 202)
        self.problem(self.call(token, "POST", "/v1/accounts", {"name": "shop-03"}), 403, "forbidden_scope")

    def test_an_operator_changes_bots_but_not_how_weixin_is_reached(self):
        self.add("shop-01")
        token, _ = self.token("operator")
        self.assertEqual(self.call(token, "PATCH", "/v1/accounts/shop-01", {"bots": []}).status, 200)
        for body in ({"proxy": "http://127.0.0.1:1"}, {"login": "web"}, {"bots": [], "proxy": None}):
            self.problem(self.call(token, "PATCH", "/v1/accounts/shop-01", body), 403, "forbidden_scope")
        admin, _ = self.token("admin")
        self.assertEqual(self.call(admin, "PATCH", "/v1/accounts/shop-01", {"login": "web"}).status, 200)

    def test_a_qr_code_is_not_for_reading_alone(self):
        self.add("shop-01")
        code = self.wait_for_code("shop-01")
        read, operator = self.token("read")[0], self.token("operator")[0]
        self.problem(self.get(read, "/v1/accounts/shop-01/qr"), 403, "forbidden_scope")
        self.assertEqual(self.get(operator, "/v1/accounts/shop-01/qr").json()["uuid"], code["uuid"])


class Streams(ApiCase):
    def stream(self, token, query=""):
        host, port = self.api_address.split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=30)
        self.addCleanup(connection.close)
        connection.request("GET", "/v1/events" + query, headers={"Authorization": f"Bearer {token}"})
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        self.assertTrue(answer.readline().startswith(b":"))
        return answer

    def test_a_stream_ends_with_its_token(self):
        token, token_id = self.token("read")
        stream = self.stream(token)
        begun = time.monotonic()
        self.admin.delete(f"/v1/tokens/{token_id}")
        self.assertEqual(stream.read(), b"\n", "the end, and nothing more")
        self.assertLess(time.monotonic() - begun, 5)

    def test_a_stream_shows_only_the_accounts_of_its_token(self):
        self.add("shop-01")
        self.add("shop-02")
        token, token_id = self.token("read", accounts=["shop-01"])
        stream, all_events = self.stream(token), self.events()
        self.command("shop-02", "pause")
        self.command("shop-01", "pause")
        all_events.next("state", account="shop-02", state="stopped")
        all_events.next("state", account="shop-01", state="stopped")
        self.admin.delete(f"/v1/tokens/{token_id}")
        text = stream.read().decode()
        self.assertIn('"account":"shop-01"', text)
        self.assertNotIn("shop-02", text)


class SignIn(ApiCase):
    def code(self, **body):
        answer = self.admin.post("/v1/sign-in-codes", body)
        self.assertEqual(answer.status, 201, answer)
        return answer.json()

    def test_a_code_gives_a_session_once(self):
        made = self.code(scope="operator")
        self.assertEqual(made["url"], f"http://{self.api_address}/console/")
        answer = self.api.post("/v1/sign-in", {"code": made["code"]})
        self.assertEqual(answer.status, 200, answer)
        session = answer.json()
        self.assertEqual(session["scope"], "operator")
        self.assertEqual(self.get(session["token"], "/v1/whoami").json()["kind"], "session")
        self.problem(self.get(session["token"], "/v1/tokens"), 403, "forbidden_scope")
        self.problem(self.api.post("/v1/sign-in", {"code": made["code"]}), 401, "code_rejected")
        self.assertEqual(self.call(session["token"], "POST", "/v1/sign-out").status, 204)
        self.problem(self.get(session["token"], "/v1/whoami"), 401, "unauthorized")

    def test_wrong_codes_are_bounded(self):
        statuses = [self.api.post("/v1/sign-in", {"code": f"wrong-{i}"}).status for i in range(30)]
        self.assertEqual(statuses[0], 401)
        self.assertEqual(statuses[-1], 429)
        self.assertEqual(set(statuses), {401, 429})

    def test_a_session_ends_with_the_token_that_made_it(self):
        token, token_id = self.token("admin")
        made = self.call(token, "POST", "/v1/sign-in-codes", {}).json()
        session = self.api.post("/v1/sign-in", {"code": made["code"]}).json()["token"]
        self.assertEqual(self.get(session, "/v1/tokens").status, 200)
        self.admin.delete(f"/v1/tokens/{token_id}")
        self.problem(self.get(session, "/v1/tokens"), 401, "unauthorized")

    def test_weixinctl_prints_a_link_that_signs_in(self):
        code, out, _ = self.run_program("weixinctl", "--socket", self.server.socket, "console", "--scope", "read", expect=0)
        url, _, secret = out.strip().partition("#code=")
        self.assertEqual(url, f"http://{self.api_address}/console/")
        self.assertEqual(self.api.post("/v1/sign-in", {"code": secret}).json()["scope"], "read")


class Door(ApiCase):
    def test_the_host_has_to_be_one_of_its_own(self):
        token, _ = self.token("read")
        port = self.api_address.split(":")[1]
        for host in ("evil.example", f"evil.example:{port}", f"rebound.example:{port}", "192.0.2.1"):
            answer = self.get(token, "/v1/status", headers={"Host": host})
            self.problem(answer, 421, "unknown_host")
        # To the library that reads it, this is no host at all.
        self.assertEqual(self.get(token, "/v1/status", headers={"Host": "127.0.0.1.evil.example"}).status, 400)
        for host in ("localhost", f"localhost:{port}", "127.0.0.1", "[::1]:80"):
            self.assertEqual(self.get(token, "/v1/status", headers={"Host": host}).status, 200, host)

    def test_pages_of_other_servers_may_not_ask(self):
        token, _ = self.token("read")
        for origin in ("http://evil.example", "null", f"https://{self.api_address}", "http://127.0.0.1"):
            self.problem(self.get(token, "/v1/status", headers={"Origin": origin}), 403, "foreign_origin")
        own = self.get(token, "/v1/status", headers={"Origin": f"http://{self.api_address}"})
        self.assertEqual(own.status, 200)
        self.assertNotIn("Access-Control-Allow-Origin", own.headers)

    def test_its_answers_are_counted_and_timed_by_their_route(self):
        token, _ = self.token("read")
        for _ in range(3):
            self.assertEqual(self.get(token, "/v1/whoami").status, 200)
        self.refused(self.api.get("/v1/whoami"))
        text = self.metrics()
        self.assertEqual(metric(text, "weixin_http_requests_total", route="/v1/whoami", method="GET", code="200"), 3)
        self.assertEqual(metric(text, "weixin_http_requests_total", route="/v1/whoami", method="GET", code="401"), 1)
        self.assertEqual(metric(text, "weixin_http_request_duration_seconds_count", route="/v1/whoami"), 4)

    def test_a_body_of_a_stranger_is_not_read(self):
        host, port = self.api_address.split(":")
        with socket.create_connection((host, int(port)), timeout=10) as stranger:
            stranger.sendall(f"POST /v1/accounts HTTP/1.1\r\nHost: {self.api_address}\r\nContent-Length: 1000000\r\n\r\n".encode())
            self.assertIn(b" 401 ", stranger.recv(65536).split(b"\r\n")[0])

    def test_a_token_has_its_share_of_requests(self):
        self.assertEqual(self.server.process.stop(), 0)
        self.start_server(self.configuration(extra=LISTEN + "requests_per_second = 5\n"))
        self.meet()
        token, other = self.token("read")[0], self.token("read")[0]
        answers = [self.get(token, "/v1/status") for _ in range(30)]
        refused = [a for a in answers if a.status == 429]
        self.assertGreater(len(refused), 10)
        self.assertGreaterEqual(int(refused[0].headers["Retry-After"]), 1)
        self.assertEqual(self.get(other, "/v1/status").status, 200)

    def test_requests_that_say_their_length_twice_are_refused(self):
        token, _ = self.token("read")
        host, port = self.api_address.split(":")
        with socket.create_connection((host, int(port)), timeout=10) as client:
            client.sendall((f"POST /v1/accounts HTTP/1.1\r\nHost: {self.api_address}\r\nAuthorization: Bearer {token}\r\n"
                            "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n").encode())
            self.assertIn(b" 400 ", client.recv(65536).split(b"\r\n")[0])

    def test_slow_strangers_keep_nobody_out(self):
        """More connections than there may be, that say nothing: an honest client is served all the while. The figures of
        F9 are in bench/slow_clients.py."""
        token, _ = self.token("read")
        host, port = self.api_address.split(":")
        with contextlib.ExitStack() as stack:
            for _ in range(400):
                stranger = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
                with contextlib.suppress(OSError):
                    stranger.sendall(b"G")
            self.assertEqual([self.get(token, "/v1/status").status for _ in range(20)], [200] * 20)


class Audit(ApiCase):
    def test_every_change_is_told_with_who_made_it(self):
        token, token_id = self.token("admin")
        self.assertEqual(self.call(token, "POST", "/v1/accounts", {"name": "shop-01"}).status, 201)
        self.command("shop-01", "pause")
        self.problem(self.call(token, "POST", "/v1/accounts", {"name": "shop-01"}), 409, "account_exists")
        self.assertEqual(self.get(token, "/v1/accounts").status, 200)
        made, added, paused, again = self.audit()
        self.assertEqual((made["who"], made["uid"], made["call"], made["object"], made["status"]),
                         ("local", os.getuid(), "POST /v1/tokens", token_id, 201))
        self.assertEqual((added["who"], added["token"], added["name"], added["from"], added["call"], added["account"], added["status"]),
                         ("token", token_id, "for-admin", "127.0.0.1", "POST /v1/accounts", "shop-01", 201))
        self.assertEqual((paused["who"], paused["call"], paused["account"]),
                         ("local", "POST /v1/accounts/{name}/pause", "shop-01"))
        self.assertEqual((again["status"], again["code"], again["refused"]), (409, "account_exists", False))
        self.assertIn(f"token={token_id}", self.server.process.log())

    def test_who_was_refused_is_told_with_what_for(self):
        token, token_id = self.token("read")
        self.get("wxd_" + "a" * 43, "/v1/accounts/shop-01")
        self.call(token, "DELETE", "/v1/accounts/shop-01")
        self.get(token, "/v1/status", headers={"Host": "evil.example"})
        refused = [r for r in self.audit() if r["refused"]]
        self.assertEqual([(r["who"], r["token"], r["call"], r["account"], r["status"], r["code"]) for r in refused],
                         [("nobody", None, "GET /v1/accounts/{name}", "shop-01", 401, "unauthorized"),
                          ("token", token_id, "DELETE /v1/accounts/{name}", "shop-01", 403, "forbidden_scope"),
                          ("nobody", None, "GET /v1/status", None, 421, "unknown_host")])

    def test_it_is_read_page_by_page_and_outlives_a_restart_and_the_account(self):
        self.add("shop-01")
        for verb in ("pause", "resume", "pause"):
            self.command("shop-01", verb)
        self.admin.delete("/v1/accounts/shop-01")
        self.assertEqual(self.server.process.stop(), 0)
        self.start_server()
        self.meet()
        first = self.admin.get("/v1/audit?after=0&limit=2").json()
        rest = self.admin.get(f"/v1/audit?after={first['next']}&limit=100").json()
        self.assertEqual([r["call"].rsplit("/", 1)[1] for r in first["audit"] + rest["audit"]],
                         ["accounts", "pause", "resume", "pause", "{name}"])
        self.assertIsNone(rest["next"])
        code, out, _ = self.run_program("weixinctl", "--socket", self.server.socket, "audit", "--limit", "1", expect=0)
        self.assertIn("DELETE /v1/accounts/{name}", out)

    def test_no_token_is_stored_or_logged(self):
        self.add("shop-01")
        token, _ = self.token("admin")
        secrets = [token]
        code = self.admin.post("/v1/sign-in-codes", {}).json()["code"]
        session = self.api.post("/v1/sign-in", {"code": code}).json()["token"]
        secrets += [code, session]
        for shown in (token, session):
            self.call(shown, "POST", "/v1/accounts/shop-01/pause")
            self.call(shown, "GET", f"/v1/accounts/{shown}")
            self.call(shown, "DELETE", f"/v1/tokens/{shown}")
            self.call(shown, "POST", "/v1/accounts", {"name": shown})
            self.call(shown, "POST", "/v1/tokens", {"name": "x", "scope": shown})
            self.call(shown + "x", "GET", f"/v1/accounts/{shown}?token={shown}")
        self.api.post("/v1/sign-in", {"code": code})
        self.assertEqual(self.admin.post("/v1/store/backup", {"file": str(self.directory / "backup.db")}).status, 200)
        places = {str(p): p.read_bytes() for p in [*(self.directory / "data").rglob("*"), *self.directory.glob("*.log"),
                                                   *self.directory.glob("*.out"), self.directory / "backup.db"] if p.is_file()}
        self.assertTrue(any(p.endswith("-wal") for p in places), list(places))
        places["metrics"] = self.metrics().encode()
        places["audit"] = json.dumps(self.audit()).encode()
        places["tokens"] = self.admin.get("/v1/tokens").body
        for secret in secrets:
            self.assertEqual([p for p, content in places.items() if secret.encode() in content], [])
        self.assertIn(b"pause", places["audit"])


class Tls(ApiCase):
    starts_fleet = False

    def setUp(self):
        super().setUp()
        self.ca, self.certificate, self.key = make_certificates(self.directory)
        self.start_simulator()
        self.extra_configuration = (Case.extra_configuration + LISTEN +
                                    f'tls_certificate = "{self.certificate}"\ntls_key = "{self.key}"\n')
        self.start_server()
        self.meet()
        self.port = self.api_address.split(":")[1]

    def client(self, ca):
        context = ssl.create_default_context(cafile=ca)
        return Client(lambda timeout: http.client.HTTPSConnection("localhost", int(self.port), timeout=timeout, context=context))

    def test_speaks_tls_and_nothing_else(self):
        token, _ = self.token("read")
        self.assertEqual(self.get(token, "/v1/status", client=self.client(self.ca)).status, 200)
        own = {"Origin": f"https://localhost:{self.port}"}
        self.assertEqual(self.get(token, "/v1/status", client=self.client(self.ca), headers=own).status, 200)
        with self.assertRaises((http.client.HTTPException, OSError)):
            self.get(token, "/v1/status")
        self.assertEqual(self.admin.post("/v1/sign-in-codes", {}).json()["url"], f"https://{self.api_address}/console/")

    def test_weixinctl_believes_only_certificates_that_it_may(self):
        token, _ = self.token("read")
        for host in ("localhost", "127.0.0.1"):
            self.weixinctl("--ca-file", self.ca, "account", "list", url=f"https://{host}:{self.port}", token=token)
        _, _, log = self.weixinctl("status", url=f"https://localhost:{self.port}", token=token, expect=4)
        self.assertIn("could not be proved", log)
        self.assertIn("--ca-file", log)
        (self.directory / "other").mkdir()
        other, _, _ = make_certificates(self.directory / "other")
        self.weixinctl("--ca-file", other, "status", url=f"https://localhost:{self.port}", token=token, expect=4)

    def test_a_reload_reads_the_certificate_again(self):
        def served():
            return ssl.get_server_certificate(("localhost", int(self.port)))

        def reload(check=False):
            return self.admin.post("/v1/reload", {"check": True} if check else {})

        before = served()
        make_certificates(self.directory)  # of the same names, by another authority
        self.assertEqual(reload(check=True).status, 200)
        self.assertEqual(served(), before)
        self.assertEqual(reload().status, 200)
        self.wait_for(lambda: served() != before, "the new certificate")
        renewed = served()
        token, _ = self.token("read")
        self.assertEqual(self.get(token, "/v1/status", client=self.client(self.ca)).status, 200)
        pathlib.Path(self.key).write_text("no key", encoding="ascii")
        for check in (True, False):
            refused = self.problem(reload(check), 422, "config_invalid")
            self.assertIn(str(self.key), refused["errors"][0]["detail"])
        self.assertEqual(served(), renewed)

    def test_weixinctl_refuses_a_certificate_of_another_name(self):
        token, _ = self.token("read")
        _, _, log = self.weixinctl("--ca-file", self.ca, "status", url=f"https://127.0.0.2:{self.port}", token=token, expect=4)
        self.assertRegex(log, "refused|mismatch|proved")


class Configured(ApiCase):
    starts_fleet = False

    def start(self, api, expect_start=False):
        self.start_simulator()
        self.server = Server(BIN, self.directory, self.configuration(extra=api), expect_start=expect_start)
        self.watch(self.server.process)
        self.admin = self.server.admin
        return self.server.process

    def refusal(self, api):
        process = self.start(api)
        self.assertEqual(process.wait(), 78)
        return process.log()

    def test_listens_nowhere_else_without_tls(self):
        self.assertIn("allow_plain_http", self.refusal('[api]\nlisten = "0.0.0.0:0"\n'))

    def test_listens_nowhere_else_without_a_token(self):
        log = self.refusal('[api]\nlisten = "0.0.0.0:0"\nallow_plain_http = true\n')
        self.assertIn("weixinctl token create", log)

    def test_listens_elsewhere_with_a_token(self):
        self.start("", expect_start=True)
        token = self.admin.post("/v1/tokens", {"name": "x", "scope": "read"}).json()["token"]
        self.assertEqual(self.server.process.stop(), 0)
        self.start_server(self.configuration(extra='[api]\nlisten = "0.0.0.0:0"\nallow_plain_http = true\nhosts = ["api.test"]\n'))
        self.meet()
        self.api = tcp_client("127.0.0.1:" + self.api_address.split(":")[1])
        self.assertEqual(self.get(token, "/v1/status").status, 200)
        proxied = {"Host": "api.test", "Origin": "https://api.test"}
        self.assertEqual(self.get(token, "/v1/status", headers=proxied).status, 200)

    def test_refuses_a_certificate_that_is_none(self):
        (self.directory / "no.pem").write_text("nothing\n", encoding="ascii")
        path = self.directory / "no.pem"
        log = self.refusal(f'[api]\nlisten = "127.0.0.1:0"\ntls_certificate = "{path}"\ntls_key = "{path}"\n')
        self.assertIn("no.pem", log)

    def test_has_no_listener_unless_it_is_configured(self):
        self.start("", expect_start=True)
        self.assertEqual(self.admin.get("/v1/status").json()["api_listen"], "")
        self.assertIsNone(self.admin.post("/v1/sign-in-codes", {}).json()["url"])
        _, _, log = self.run_program("weixinctl", "--socket", self.server.socket, "console", expect=1)
        self.assertIn("api.listen", log)


class Weixinctl(ApiCase):
    def test_everything_works_by_tcp(self):
        token, _ = self.token("admin")
        ctl = lambda *arguments, **options: self.weixinctl(*arguments, token=token, **options)  # noqa: E731
        ctl("account", "add", "shop-01", "--no-wait")
        self.log_in("shop-01", 1)
        self.assertIn("shop-01", ctl("account", "list")[1])
        self.assertIn(self.api_address, ctl("status")[1])
        ctl("send", "shop-01", "filehelper", "hello", "--wait")
        picture = self.directory / "a.jpg"
        picture.write_bytes(b"\xff\xd8\xff\xe0" + bytes(300_000))
        ctl("send", "shop-01", "filehelper", "--image", picture, "--wait")
        message = self.inject(1, kind="image", accounted=False)["msg_id"]
        self.wait_for(lambda: self.admin.get(f"/v1/accounts/shop-01/messages/{message}/media").status == 200, "the picture")
        ctl("media", "shop-01", message, "-o", self.directory / "got.jpg")
        self.assertGreater((self.directory / "got.jpg").stat().st_size, 0)
        self.inject(1, "by tcp", accounted=False)
        self.assertIn("by tcp", ctl("messages", "shop-01", "--limit", "50")[1])
        out = ctl("token", "create", "second", "--scope", "read", "--account", "shop-01", "--expires-in", "2h")[1]
        self.assertRegex(out, r"^wxd_")
        listed = ctl("token", "list")[1]
        self.assertRegex(listed, r"second +token +read +shop-01")
        second = ctl("token", "list", "-o", "json")[1]
        token_id = next(t["id"] for t in json.loads(second)["tokens"] if t["name"] == "second")
        ctl("token", "revoke", token_id)
        self.weixinctl("status", token=out.strip(), expect=1)
        ctl("account", "remove", "shop-01", "--yes")

    def test_events_are_followed_by_tcp(self):
        token, _ = self.token("read")
        self.add("shop-01")
        process = self.start_following(token)
        self.wait_for(lambda: self.any_event(process), "events")
        process.stop()

    def start_following(self, token):
        from local_weixin import Process
        directory = self.directory / "follow"
        directory.mkdir()
        process = Process("weixinctl", [str(BIN / "weixinctl"), "--url", f"http://{self.api_address}", "events", "-o", "json"],
                          directory, {"WEIXIND_TOKEN": token})
        return self.watch(process)

    def any_event(self, process):
        self.admin.post("/v1/accounts/shop-01/pause")
        self.admin.post("/v1/accounts/shop-01/resume")
        return "shop-01" in process.out()

    def test_refusals_say_what_to_do(self):
        _, _, log = self.weixinctl("status", expect=1)
        self.assertIn("unauthorized", log)
        self.assertIn("--token-file", log)
        read, _ = self.token("read")
        _, _, log = self.weixinctl("account", "pause", "shop-01", token=read, expect=1)
        self.assertIn("forbidden_scope", log)
        self.weixinctl("status", token=read, url="http://127.0.0.1:1", expect=4)
        self.weixinctl("status", token=read, url="ftp://127.0.0.1:1", expect=2)

    def test_a_token_is_read_from_a_file_and_hidden_from_the_process_list(self):
        token, _ = self.token("read")
        path = self.directory / "token"
        path.write_text(token + "\n", encoding="ascii")
        path.chmod(stat.S_IRUSR | stat.S_IWUSR)
        self.weixinctl("--token-file", path, "status")
        from local_weixin import Process
        directory = self.directory / "shown"
        directory.mkdir()
        process = self.watch(Process("weixinctl", [str(BIN / "weixinctl"), "--url", f"http://{self.api_address}", "--token", token,
                                                   "events"], directory))
        cmdline = pathlib.Path(f"/proc/{process.pid}/cmdline")
        self.wait_for(lambda: b"x" * len(token) in cmdline.read_bytes(), "the token to be overwritten")
        self.assertNotIn(token.encode(), cmdline.read_bytes())
        process.stop()

    def test_plain_http_to_another_machine_needs_a_word(self):
        token, _ = self.token("read")
        _, _, log = self.weixinctl("status", token=token, url="http://192.0.2.1:9463", expect=2)
        self.assertIn("--plain-http", log)


if __name__ == "__main__":
    main()
