#!/usr/bin/env python3
"""No secret, no name and no text ends up where it does not belong.

Every secret, name and message of this simulator holds the letters CANARY. A scenario touches as much of the server as it can,
at debug level; afterwards everything that an operator or a monitoring system reads, and every byte of the database, is
searched for the letters. The admin API shows names and texts in its documented members, and nowhere else.
"""
import json
import pathlib
import subprocess

from harness import BIN, Case, main

CANARY = "canary"
# The members of the admin API that are there to show names and texts.
SHOWN = {"nickname", "nick", "remark", "display", "text", "chat_display", "sender", "raw"}


def paths_with_canary(value, path=""):
    """Where in a JSON value the letters are, the documented members left out."""
    if isinstance(value, dict):
        return [hit for key, inner in value.items() if key not in SHOWN
                for hit in paths_with_canary(inner, f"{path}.{key}") + ([f"key {key}"] if CANARY in key.lower() else [])]
    if isinstance(value, list):
        return [hit for inner in value for hit in paths_with_canary(inner, path + "[]")]
    return [f"{path}: {value}"] if CANARY in str(value).lower() else []


class Canary(Case):
    users = 4
    simulator_arguments = ("--hold", "1", "--canaries")
    allows_violations = True  # some faults make the client look wrong
    # Debug level, and bots of both kinds that answer everywhere.
    extra_configuration = """
[log]
level = "debug"

[bots.everywhere]
type = "echo"
in = ["direct", "group"]
only_when_mentioned = false

[bots.faq]
type = "auto_reply"
[[bots.faq.rules]]
contains = "CANARY"
reply = "CANARY is answered"
"""

    def setUp(self):
        super().setUp()
        self.answers = []
        call = self.admin.call

        def remembered(*arguments, **options):
            answer = call(*arguments, **options)
            self.answers.append((arguments[:2], answer))
            return answer
        self.admin.call = remembered

    def test_is_found_nowhere(self):
        self.scenario()
        text = self.read_everything()
        self.assertEqual([where for where, content in text.items() if CANARY in content.lower()], [],
                         "\n".join(line for content in text.values() for line in content.splitlines()
                                   if CANARY in line.lower())[:4000])
        hits = [f"{call}: {hit}" for call, answer in self.answers for hit in self.hits_in(answer)]
        self.assertEqual(hits, [])
        # A search that finds nothing because nothing was there would prove nothing.
        self.assertIn("CANARY", json.dumps(self.ledger()) + json.dumps(self.control.get("/v1/sent").json()))
        self.assertTrue(any("CANARY" in answer.text for call, answer in self.answers if "contacts" in call[1]))
        self.assertGreater(text["log"].count("level=debug"), 5)

    def hits_in(self, answer):
        kind = answer.headers.get("Content-Type", "").split(";")[0]
        if kind in ("application/json", "application/problem+json"):
            return paths_with_canary(answer.json())
        return [answer.body[:200]] if CANARY.encode() in answer.body.lower() else []

    def scenario(self):
        events = self.events()
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2, bots=["everywhere"])
        self.add_online("shop-03", 3, bots=["faq"])
        self.messages()
        self.refusals()
        self.faults()
        self.commands()
        self.session_ends()
        self.inject(2, "CANARY the last one", accounted=False)
        while True:
            event = events.next()
            self.assertEqual(paths_with_canary(event["data"]), [])
            if event["data"].get("text") == "CANARY the last one":
                break

    def messages(self):
        for user in (1, 2, 3):
            self.inject(user, "CANARY direct {token}")
            self.inject(user, "CANARY <in> & a group", group=self.user(user)["chatrooms"][0]["id"], accounted=False)
            self.inject(user, picture_bytes=2000)
            self.inject(user, "<msg><title>CANARY link</title></msg>", type=49, accounted=False)
            self.inject(user, "CANARY a notice", type=10000, accounted=False)
            self.inject(user, "CANARY broken", raw={"CreateTime": "CANARY", "FromUserName": ["CANARY"]}, accounted=False)
            self.inject(user, "CANARY typed on the phone", from_self=True)
            self.control.post(f"/v1/users/{user}/contacts", {"nick": "CANARY new friend"})
            self.control.post(f"/v1/users/{user}/contacts", {"nick": "CANARY new friend"})
        self.control.post("/v1/sessions/rotate", {"all": True})
        self.wait_for(lambda: len(self.sent()) >= 4, "answers")
        self.wait_for(lambda: self.requests("webwxgetmsgimg") >= 3, "pictures")

    def refusals(self):
        contacts = self.admin.get("/v1/accounts/shop-01/contacts").json()["contacts"]
        self.admin.get("/v1/accounts/shop-01/contacts?query=CANARY&kind=friend")
        base = "/v1/accounts/shop-01/messages"
        self.assertEqual(self.admin.post(base, {"to": "CANARY new friend", "text": "CANARY"}).status, 409)
        self.assertEqual(self.admin.post(base, {"to": "CANARY nobody", "text": "CANARY"}).status, 404)
        self.assertEqual(self.admin.post(base, {"to": "CANARY", "text": "CANARY" * 100_000}).status, 413)
        self.assertEqual(self.admin.post(base, '{"to": "CANARY", "text": CANARY').status, 422)
        self.assertEqual(self.admin.post(base, {"to": "CANARY", "CANARY": 1}).status, 422)
        self.assertEqual(self.admin.post("/v1/accounts", {"name": "CANARY"}).status, 422)
        self.assertEqual(self.admin.post("/v1/accounts", {"name": "x", "bots": ["CANARY"]}).status, 422)
        self.assertEqual(self.admin.get("/v1/CANARY?CANARY=CANARY").status, 404)
        former = next(c for c in self.user(1)["contacts"] if c["kind"] == "former")
        for to in (contacts[0]["ref"], former["nick"], "filehelper"):
            send = self.admin.post(base, {"to": to, "text": "CANARY from the operator"}).json()["id"]
            self.admin.get(f"/v1/accounts/shop-01/outbox/{send}")

    def faults(self):
        for kind in ("http_status", "close", "reset", "empty", "html", "garbage", "garbage_head", "lost_response", "truncated",
                     "bad_utf8", "cut_head", "cut_body", "short_length", "broken_chunks"):
            for endpoint in ("synccheck", "webwxsync"):
                self.fault(kind, endpoint, user=1, count=1)
                self.inject(1, "CANARY {token} " + kind)
                self.wait_for_no_open_fault()
        for kind in ("lost_response", "truncated", "html", "bad_utf8"):
            self.fault(kind, "webwxsendmsg", user=1, count=1)
            send = self.send_text("shop-01", "filehelper", "CANARY " + kind)
            self.wait_for_no_open_fault()
            self.admin.get(f"/v1/accounts/shop-01/outbox/{send}")
        self.fault("truncated", "webwxgetmsgimg", count=1)
        self.inject(1, picture_bytes=50_000)
        self.wait_for_no_open_fault()

    def wait_for_no_open_fault(self):
        self.wait_for(lambda: all(f["count"] == 0 for f in self.control.get("/v1/faults").json()["faults"]), "the fault")

    def commands(self):
        for verb in ("pause", "resume", "restart"):
            self.command("shop-01", verb)
        self.wait_for_state("shop-01", "online")
        self.admin.patch("/v1/accounts/shop-01", {"bots": ["echo", "faq"]})
        self.command("shop-03", "logout")
        self.command("shop-03", "resume")
        for step, endpoint in (("garbage", "jslogin"), ("bad_utf8", "webwxinit"), ("truncated", "webwxgetcontact"),
                               ("html", "webwxinit"), ("bad_utf8", "webwxgetcontact")):
            self.fault(step, endpoint, count=1)
        # The wrong person first, then the right one.
        code = self.wait_for_code("shop-03")
        self.phone("scan", code["uuid"], user=4)
        self.phone("confirm", code["uuid"])
        self.wait_for_state("shop-03", "held")
        self.command("shop-03", "relogin")
        self.log_in("shop-03", 3, other_than=code["uuid"])
        self.control.delete("/v1/faults")

    def session_ends(self):
        self.fault("ret", "webwxsendmsg", user=3, value=1205, count=1)
        self.send_text("shop-03", "filehelper", "CANARY too frequent")
        self.wait_for_state("shop-03", "throttled")
        self.end_session(1, 1101)
        self.log_in("shop-01", 1)
        self.end_session(1, 1102)
        self.wait_for_state("shop-01", "held")
        self.assertEqual(self.admin.delete("/v1/accounts/shop-03").status, 204)
        self.admin.get("/v1/status")
        self.admin.get("/v1/accounts")

    def read_everything(self):
        process = self.server.process
        found = {"metrics": self.metrics(), "health": self.server.metrics.get("/readyz").text,
                 "command line": pathlib.Path(f"/proc/{process.pid}/cmdline").read_text()}
        report = self.directory / "report.json"
        ctl = ("weixinctl", "--socket", self.server.socket)
        self.run_program(*ctl, "diagnose", "-o", report, "--log", process.log_path, expect=0)
        found["report"] = report.read_text(encoding="utf-8")
        for name in ("shop-01", "shop-02", "shop-03"):
            self.assertNotIn(f'"{name}"', found["report"])
        _, found["top"], _ = self.run_program(*ctl, "top", "--count", "1", expect=0)
        try:
            found["environment"] = pathlib.Path(f"/proc/{process.pid}/environ").read_text()
        except PermissionError:
            pass  # the process may not be looked into: nobody reads it there
        found |= self.stored_files("while it runs")
        self.assertEqual(process.stop(), 0)
        found |= self.stored_files("afterwards")
        dump = subprocess.run([str(BIN / "weixind"), "--config", str(self.server.config_path), "--dump-store"],
                              capture_output=True, text=True, timeout=60, check=True)
        self.assertGreater(dump.stdout.count("\n"), 20)
        found["dump"] = dump.stdout + dump.stderr
        found["log"] = process.log()
        found["standard output"] = process.out()
        found["file names"] = "\n".join(str(p) for p in (self.directory / "data").rglob("*"))
        return found

    def stored_files(self, when):
        """The raw bytes of the database and its log. Pictures are kept as they came."""
        files = [p for p in (self.directory / "data").iterdir() if p.is_file()]
        self.assertIn("weixind.db", [p.name for p in files])
        return {f"{p.name} {when}": p.read_text(encoding="latin-1") for p in files}


if __name__ == "__main__":
    main()
