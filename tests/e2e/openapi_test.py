#!/usr/bin/env python3
"""What the server answers is what its OpenAPI document says."""
import jsonschema

from harness import Case, main


class OpenApi(Case):
    def setUp(self):
        super().setUp()
        answer = self.admin.get("/v1/openapi.json")
        self.assertEqual(answer.status, 200)
        self.assertEqual(answer.headers["Content-Type"], "application/json")
        self.document = answer.json()

    def resolved(self, thing):
        while "$ref" in thing:
            found = self.document
            for step in thing["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            thing = found
        return thing

    def expect_described(self, method, path, answer):
        """The answer's status is one that the document names, and its body has the shape that it names."""
        operation = self.document["paths"][path][method.lower()]
        self.assertIn(str(answer.status), operation["responses"], (method, path, answer))
        described = self.resolved(operation["responses"][str(answer.status)])
        if "content" not in described:
            self.assertEqual(answer.body, b"")
            return
        kind = answer.headers["Content-Type"].split(";")[0]
        self.assertIn(kind, described["content"], (method, path))
        if kind.endswith("json"):
            schema = {"components": self.document["components"], **described["content"][kind]["schema"]}
            jsonschema.Draft202012Validator(schema).validate(answer.json())

    def ask(self, method, path, body=None, query="", **names):
        self.expect_described(method, path, self.admin.call(method, path.format(**names) + query, body))

    def test_answers_have_the_shapes_of_the_document(self):
        account = "/v1/accounts/{name}"
        self.add_online("shop-01", 1, bots=["echo"])
        self.inject(1, "hello {token}")
        self.wait_for_answers()
        send = self.admin.post("/v1/accounts/shop-01/messages", {"to": "filehelper", "text": "hi"}).json()["id"]
        name = {"name": "shop-01"}
        for path in ("/v1/status", "/v1/metrics", "/v1/accounts", "/v1/store", "/v1/openapi.json"):
            self.ask("GET", path)
        for rest in ("", "/qr", "/history", "/contacts", "/messages", "/outbox", "/friend-requests", "/groups", "/operations"):
            self.ask("GET", account + rest, **name)
        self.ask("GET", account + "/messages", query="?after=end", **name)
        self.ask("GET", account + "/messages", query="?newest=1&limit=1", **name)
        self.ask("GET", account + "/outbox", query="?newest=1", **name)
        self.ask("GET", account + "/qr/avatar", **name)
        self.ask("GET", account + "/outbox/{id}", id=send, **name)
        group = self.admin.get("/v1/accounts/shop-01/groups").json()["groups"][0]["ref"]
        self.ask("GET", account + "/groups/{group}", group=group, **name)
        self.ask("GET", account + "/groups/{group}/members", group=group, **name)
        self.ask("GET", account + "/groups/{group}/members/{member}/avatar", group=group, member="m-0", **name)
        friend = next(c["ref"] for c in self.admin.get("/v1/accounts/shop-01/contacts").json()["contacts"] if c["kind"] == "friend")
        self.ask("PATCH", account + "/contacts/{ref}", {"remark": "A friend"}, "?wait=0", ref=friend, **name)
        self.ask("POST", account + "/contacts/{ref}/read", ref=friend, **name)
        picture = self.inject(1, kind="image")["msg_id"]
        self.wait_for(lambda: self.admin.get(f"/v1/accounts/shop-01/messages/{picture}/media").status == 200, "the picture")
        self.ask("GET", account + "/messages/{id}/media", id=picture, **name)
        self.ask("POST", account + "/messages/{id}/media/fetch", id=picture, **name)
        self.ask("PATCH", account, {"bots": []}, **name)
        self.ask("POST", account + "/messages", {"to": "filehelper", "text": "hi"}, **name)
        self.ask("POST", "/v1/store/backup", {"file": str(self.directory / "backup.db")})
        self.ask("POST", "/v1/store/check", {})
        self.ask("POST", "/v1/notify/test", {})
        self.ask("POST", "/v1/tokens", {"name": "x", "scope": "read", "accounts": ["shop-01"], "expires_in": 60})
        code = self.admin.post("/v1/sign-in-codes", {}).json()["code"]
        self.ask("POST", "/v1/sign-in", {"code": code})
        self.ask("POST", "/v1/sign-in", {"code": code})
        self.ask("POST", "/v1/sign-in-codes", {})
        for path in ("/v1/tokens", "/v1/whoami", "/v1/audit"):
            self.ask("GET", path)
        self.ask("POST", "/v1/sign-out", {})
        token = self.admin.get("/v1/tokens").json()["tokens"][0]["id"]
        self.ask("DELETE", "/v1/tokens/{id}", id=token)
        self.ask("DELETE", "/v1/tokens/{id}", id=token)
        self.ask("POST", "/v1/apply", {"accounts": [{"name": "shop-01", "bots": ["echo"]}], "dry_run": True})
        self.ask("POST", "/v1/apply", {"accounts": [{"name": "shop-01", "media": "all"}]})
        self.ask("POST", "/v1/reload", {"check": True})
        self.ask("POST", "/v1/reload")
        self.ask("POST", account + "/restart", **name)
        self.ask("POST", "/v1/accounts", {"name": "shop-02"})
        self.wait_for_code("shop-02")
        for form in ("json", "text", "png"):
            self.ask("GET", account + "/qr", query=f"?format={form}", name="shop-02")
        self.ask("POST", account + "/share", {}, name="shop-02")  # there is no listener
        self.ask("GET", "/v1/shared")
        self.ask("DELETE", account, name="shop-02")

    def test_refusals_have_the_shapes_of_the_document(self):
        account = "/v1/accounts/{name}"
        self.add_online("shop-01", 1)
        self.ask("GET", account, name="nobody")
        self.ask("POST", "/v1/accounts", {"name": "shop-01"})
        self.ask("POST", "/v1/accounts", {"name": "Shop"})
        self.ask("PATCH", account, {"bots": ["nobody"]}, name="shop-01")
        self.ask("POST", account + "/messages", {"to": "Nobody At All", "text": "hi"}, name="shop-01")
        self.ask("GET", account + "/outbox", query="?state=lost", name="shop-01")
        self.ask("GET", account + "/outbox/{id}", name="shop-01", id="s-none")
        self.ask("POST", "/v1/store/backup", {"file": "relative.db"})
        self.ask("POST", "/v1/apply", {"accounts": [{"name": "shop-01", "bots": ["nobody"]}, 7]})
        self.ask("POST", "/v1/apply", {"accounts": [{"name": "shop-01"}], "revision": "another"})
        good = self.server.config_path.read_text()
        self.server.config_path.write_text(good + "mistake = 1\n")
        self.ask("POST", "/v1/reload")
        self.server.config_path.write_text(good.replace("requests_per_second", "max_connections = 17\nrequests_per_second"))
        self.ask("POST", "/v1/reload")

    def test_bodies_that_the_document_does_not_allow_are_refused(self):
        self.add_online("shop-01", 1)
        for method, path, body in (("POST", "/v1/accounts", {"name": "a", "more": 1}),
                                   ("PATCH", "/v1/accounts/shop-01", {"name": "b"}),
                                   ("POST", "/v1/accounts/shop-01/messages", {"to": "filehelper"})):
            answer = self.admin.call(method, path, body)
            self.problem(answer, 422, "invalid_argument")


if __name__ == "__main__":
    main()
