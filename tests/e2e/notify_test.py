#!/usr/bin/env python3
"""The operator is told: by a program, a web hook and Alertmanager, once, and of nothing that is not worth it."""
import hashlib
import hmac
import http.server
import json
import signal
import threading
import time

from harness import Case, main, metric

SECRET = "correct horse battery staple"
QUICK = 'settle = "1s"\nquiet_at_start = "0s"\n'


class Receiver:
    """A web server on loopback that remembers every POST; it answers from a script, the last answer again and again."""

    def __init__(self, *statuses, hangs=False):
        self.lock = threading.Lock()
        self.statuses = list(statuses) or [204]
        self.go_on = threading.Event()
        if not hangs:
            self.go_on.set()
        self.posts = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with receiver.lock:
                    receiver.posts.append((self.path, dict(self.headers), body))
                    status = receiver.statuses[0]
                    if len(receiver.statuses) > 1:
                        receiver.statuses.pop(0)
                receiver.go_on.wait()
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def received(self):
        with self.lock:
            return list(self.posts)

    def events(self, event=None):
        """The bodies of all posts, or of those of one event."""
        bodies = [json.loads(body) for _, _, body in self.received()]
        return [b for b in bodies if event in (None, b["event"])]

    def close(self):
        self.go_on.set()
        self.server.shutdown()
        self.server.server_close()


class NotifyCase(Case):
    starts_fleet = False
    rules = QUICK

    def setUp(self):
        super().setUp()
        self.secret_file = self.directory / "web.secret"
        self.secret_file.write_text(SECRET + "\n", encoding="utf-8")
        self.targets = ""

    def receiver(self, *statuses, **options):
        receiver = Receiver(*statuses, **options)
        self.addCleanup(receiver.close)
        return receiver

    def add_target(self, name, kind, **keys):
        lines = [f"{key} = {json.dumps(value)}" for key, value in {"name": name, "type": kind, **keys}.items()]
        self.targets += "\n".join(["[[notify.targets]]", *lines, ""])

    def add_webhook(self, name, url, **keys):
        self.add_target(name, "webhook", url=url, secret_file=str(self.secret_file), **keys)

    def text(self):
        return self.configuration(extra=f"{self.extra_configuration}\n[notify]\n{self.rules}{self.targets}")

    def start(self):
        if self.simulator is None:
            self.start_simulator()
        return self.start_server(self.text())

    def wait_for_event(self, receiver, event, count=1):
        return self.wait_for(lambda: (found := receiver.events(event)) and len(found) >= count and found,
                             f"{count} {event}")

    def tell_targets(self, **body):
        answer = self.admin.post("/v1/notify/test", body)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()["targets"]

    def end_and_wait_for_code(self, name, user, code=1101):
        self.end_session(user, code)
        return self.wait_for_code(name)

    def settled(self):
        """Time enough for what would be told wrongly to be told: twice what a condition has to last, and more."""
        end = time.monotonic() + 3
        self.wait_for(lambda: time.monotonic() > end, "time to pass", 10)

    def assert_signed(self, post, secret=SECRET):
        _, headers, body = post
        parts = dict(part.split("=", 1) for part in headers["X-Weixind-Signature"].split(","))
        expected = hmac.new(secret.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
        self.assertEqual(parts["v1"], expected)
        self.assertLess(abs(time.time() - int(parts["t"])), 300)


class WebHook(NotifyCase):
    def test_is_told_once_that_a_scan_is_needed_and_once_that_it_is_over(self):
        web = self.receiver()
        self.add_webhook("web", web.url + "/hook")
        self.start()
        self.add_online("shop-01", 1)
        self.settled()
        self.assertEqual(web.events(), [], "a first login is no news")
        code = self.end_and_wait_for_code("shop-01", 1)
        told = self.wait_for_event(web, "needs_scan")[0]
        self.assertEqual((told["account"], told["state"], told["reason"], told["count"]),
                         ("shop-01", "awaiting_scan", "1101", 1))
        for _ in range(3):  # one code follows the other, and nobody hears of it again
            self.phone("expire", code["uuid"])
            code = self.wait_for_code("shop-01", code["uuid"])
        self.settled()
        self.log_in("shop-01", 1)
        self.wait_for_event(web, "back_online")
        self.settled()
        self.assertEqual([e["event"] for e in web.events()], ["needs_scan", "back_online"])
        for post in web.received():
            self.assertEqual((post[0], post[1]["Content-Type"]), ("/hook", "application/json"))
            self.assert_signed(post)
        self.assertEqual(web.events()[0]["id"], web.received()[0][1]["X-Weixind-Id"])
        self.assertEqual(metric(self.metrics(), "weixin_notifications_total", target="web", result="ok"), 2)

    def test_is_tried_again_under_the_same_id(self):
        web = self.receiver(503, 429, 204)
        self.add_webhook("web", web.url)
        self.start()
        self.add_online("shop-01", 1)
        self.end_session(1, 1102)  # right after a login
        self.wait_for(lambda: len(web.received()) == 3, "the third try")
        self.assertEqual({e["event"] for e in web.events()}, {"kicked"})
        self.assertEqual(len({headers["X-Weixind-Id"] for _, headers, _ in web.received()}), 1)
        for post in web.received():
            self.assert_signed(post)
        self.wait_for(lambda: metric(self.metrics(), "weixin_notifications_total", target="web", result="ok") == 1,
                      "the result")
        self.settled()
        self.assertEqual(len(web.received()), 3)

    def test_that_refuses_is_not_asked_again(self):
        web = self.receiver(404)
        self.add_webhook("web", web.url)
        self.start()
        self.add_online("shop-01", 1)
        self.end_session(1, 1102)
        self.wait_for(lambda: metric(self.metrics(), "weixin_notifications_total", target="web", result="refused") == 1,
                      "the refusal")
        self.settled()
        self.assertEqual(len(web.received()), 1)

    def test_that_hangs_delays_no_other_and_no_end(self):
        slow, quick = self.receiver(hangs=True), self.receiver()
        self.add_webhook("slow", slow.url)
        self.add_webhook("quick", quick.url)
        self.start()
        self.add_online("shop-01", 1)
        self.end_session(1, 1102)
        self.wait_for_event(slow, "kicked")
        self.wait_for_event(quick, "kicked")
        began = time.monotonic()
        self.assertEqual(self.server.process.stop(), 0)
        self.assertLess(time.monotonic() - began, 8, "it did not wait for the target")

    def test_gets_the_link_only_where_it_may_and_nobody_else_does(self):
        trusted, other = self.receiver(), self.receiver()
        self.add_webhook("trusted", trusted.url, include_qr=True)
        self.add_webhook("other", other.url)
        self.start()
        self.add_online("shop-01", 1)
        code = self.end_and_wait_for_code("shop-01", 1)
        told = self.wait_for_event(trusted, "needs_scan")[0]
        self.assertEqual(told["qr"], {"url": code["url"]})
        self.assertNotIn("qr", self.wait_for_event(other, "needs_scan")[0])
        everything = other.received()[0][2].decode() + self.metrics() + self.server.process.log()
        self.assertIn("event=notify.told", everything, "the log was looked into")
        self.assertNotIn(code["uuid"], everything)
        self.assertNotIn(SECRET, everything)
        self.assertNotIn(trusted.url, everything)

    def test_chooses_its_events(self):
        web = self.receiver()
        self.add_webhook("web", web.url, events=["held", "kicked"])
        self.start()
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2)
        self.end_and_wait_for_code("shop-01", 1)
        self.settled()
        self.end_session(2, 1102)
        self.wait_for_event(web, "kicked")
        self.assertEqual([(e["event"], e["account"]) for e in web.events()], [("kicked", "shop-02")])


class Restart(NotifyCase):
    def test_tells_nothing_again(self):
        web = self.receiver()
        self.add_webhook("web", web.url)
        self.start()
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2)
        self.end_session(1, 1102)
        self.end_and_wait_for_code("shop-02", 2)
        self.wait_for_event(web, "kicked")
        self.wait_for_event(web, "needs_scan")
        for end in (signal.SIGTERM, signal.SIGKILL):
            self.server.process.signal(end)
            self.server.process.wait()
            self.start()
            self.wait_for_code("shop-02")
            self.assertEqual(self.account("shop-01")["state"], "held")
            self.settled()
        self.assertEqual(len(web.events()), 2, web.events())

    def test_tells_that_a_session_did_not_survive_it(self):
        web = self.receiver()
        self.add_webhook("web", web.url)
        self.start()
        self.add_online("shop-01", 1)
        self.server.process.stop()
        self.end_session(1, 1101)
        self.start()
        self.wait_for_event(web, "needs_scan")


class Alertmanager(NotifyCase):
    def test_gets_alerts_that_fire_and_end(self):
        manager = self.receiver(200)
        self.add_target("alerts", "alertmanager", url=manager.url + "/api/v2/alerts", include_qr=True)
        self.start()
        self.add_online("shop-01", 1)
        code = self.end_and_wait_for_code("shop-01", 1)
        self.wait_for(lambda: manager.received(), "an alert")
        self.log_in("shop-01", 1)
        self.wait_for(lambda: len(manager.received()) == 2, "its end")
        (path, headers, first), (_, _, last) = manager.received()
        self.assertEqual((path, headers["Content-Type"]), ("/api/v2/alerts", "application/json"))
        [fires], [ends] = json.loads(first), json.loads(last)
        self.assertEqual(fires["labels"],
                         {"alertname": "WeixinAccountNeedsScan", "account": "shop-01", "severity": "warning"})
        self.assertEqual(fires["annotations"]["summary"], "shop-01 needs a scan")
        self.assertEqual(fires["annotations"]["qr_url"], code["url"])
        self.assertEqual((ends["labels"], ends["startsAt"]), (fires["labels"], fires["startsAt"]))
        now = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime())
        self.assertGreater(fires["endsAt"], now, "it fires")
        self.assertLessEqual(ends["endsAt"][:19], now, "it is over")

    def test_hears_that_the_operator_stopped_the_account(self):
        manager = self.receiver(200)
        self.add_target("alerts", "alertmanager", url=manager.url + "/api/v2/alerts")
        self.start()
        self.add_online("shop-01", 1)
        self.end_session(1, 1102)
        self.wait_for(lambda: manager.received(), "an alert")
        self.command("shop-01", "pause")
        self.wait_for(lambda: len(manager.received()) == 2, "its end")
        [fires], [ends] = (json.loads(body) for _, _, body in manager.received())
        self.assertEqual(fires["labels"]["alertname"], "WeixinAccountKicked")
        self.assertEqual(ends["labels"], fires["labels"])


class Command(NotifyCase):
    def test_gets_the_notification_at_its_standard_input(self):
        seen = self.directory / "seen"
        script = self.directory / "tell"
        script.write_text(f'#!/bin/sh\ncat > "{seen}.new" && mv "{seen}.new" "{seen}-$1"\necho noise\n', encoding="utf-8")
        script.chmod(0o755)
        self.add_target("script", "command", command=[str(script), "a b"])
        self.start()
        self.add_online("shop-01", 1)
        self.end_session(1, 1102)
        told = self.directory / "seen-a b"
        self.wait_for(told.exists, "the command's file")
        body = json.loads(told.read_text(encoding="utf-8"))
        self.assertEqual((body["event"], body["account"], body["severity"]), ("kicked", "shop-01", "critical"))
        self.assertNotIn("noise", self.server.process.log())


class Fleet(NotifyCase):
    users = 5
    rules = QUICK + 'fleet_down_for = "1s"\n'

    def test_is_told_when_it_drops_and_when_it_recovers(self):
        web = self.receiver()
        self.add_webhook("web", web.url, events=["fleet_down", "fleet_recovered"])
        self.start()
        for number in range(1, 6):
            self.add_online(f"shop-0{number}", number)
        self.settled()
        for number in range(1, 4):
            self.end_and_wait_for_code(f"shop-0{number}", number)
        down = self.wait_for_event(web, "fleet_down")[0]
        self.assertEqual((down["account"], down["fleet"]), (None, {"running": 5, "not_online": 3}))
        for number in range(1, 4):
            self.log_in(f"shop-0{number}", number)
        self.wait_for_event(web, "fleet_recovered")
        self.settled()
        self.assertEqual([e["event"] for e in web.events()], ["fleet_down", "fleet_recovered"])


class Test(NotifyCase):
    def test_tells_what_each_target_says(self):
        good, bad = self.receiver(), self.receiver(500)
        self.add_webhook("good", good.url)
        self.add_webhook("bad", bad.url)
        self.add_target("alerts", "alertmanager", url=good.url + "/api/v2/alerts")
        self.add_target("script", "command", command=["/bin/sh", "-c", "exit 3"])
        self.add_webhook("outside", "http://192.0.2.1/")
        self.start()
        self.assertEqual(self.tell_targets(), [
            {"target": "good", "ok": True, "detail": "HTTP 204"},
            {"target": "bad", "ok": False, "detail": "HTTP 500"},
            {"target": "alerts", "ok": True, "detail": "HTTP 204"},
            {"target": "script", "ok": False, "detail": "exit code 3"},
            {"target": "outside", "ok": False, "detail": "address is not loopback"}])
        self.assertEqual(len(bad.received()), 1, "one try")
        self.assertEqual(bad.events()[0]["event"], "test")
        self.assertEqual(self.tell_targets(target="good"), [{"target": "good", "ok": True, "detail": "HTTP 204"}])
        self.problem(self.admin.post("/v1/notify/test", {"target": "nobody"}), 422, "invalid_argument")
        self.problem(self.admin.post("/v1/notify/test", {"targets": "good"}), 422, "invalid_argument")
        arguments = ("--socket", self.server.socket, "notify", "test")
        _, out, err = self.run_program("weixinctl", *arguments, expect=1)
        self.assertRegex(out, r"(?m)^good +ok +HTTP 204$")
        self.assertRegex(out, r"(?m)^script +failed +exit code 3$")
        self.assertIn("3 of 5 targets did not take it", err)
        self.run_program("weixinctl", *arguments, "good", expect=0)
        self.assertIn('call="POST /v1/notify/test"', self.server.process.log())

    def test_says_that_there_is_no_target(self):
        self.start()
        self.assertEqual(self.tell_targets(), [])
        _, _, err = self.run_program("weixinctl", "--socket", self.server.socket, "notify", "test", expect=1)
        self.assertIn("no target is configured", err)


class Configuration(NotifyCase):
    def test_with_a_secret_that_cannot_be_read_is_refused(self):
        self.start_simulator()
        self.add_webhook("web", "https://example.com/")
        self.secret_file.unlink()
        path = self.directory / "weixind.toml"
        path.write_text(self.text(), encoding="utf-8")
        line = next(n for n, text in enumerate(self.text().splitlines(), 1) if text.startswith("secret_file"))
        for arguments in (("--check-config",), ()):
            _, _, err = self.run_program("weixind", "--config", path, *arguments, expect=78)
            self.assertRegex(err, rf"weixind\.toml:{line}:\d+: notify\.targets\.secret_file: .* cannot be opened")


if __name__ == "__main__":
    main()
