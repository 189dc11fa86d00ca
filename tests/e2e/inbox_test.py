#!/usr/bin/env python3
"""What an account received can be read again: page by page, with one contact, after a crash, as it comes."""
import json
import subprocess

from harness import BIN, Case, main

MESSAGES = "/v1/accounts/shop-01/messages"


class InboxCase(Case):
    bots = "[]"

    def setUp(self):
        super().setUp()
        self.add_online("shop-01", 1)

    def receive(self, *texts, **body):
        for text in texts:
            self.inject(1, text, accounted=False, **body)
        self.wait_for(lambda: [m["text"] for m in self.all()][-len(texts):] == list(texts), "the messages")

    def page(self, query=""):
        answer = self.admin.get(MESSAGES + query)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def all(self, query=""):
        page = self.page("?limit=1000" + query)
        self.assertIsNone(page["next"])
        return page["messages"]

    def friends(self):
        return [c for c in self.user(1)["contacts"] if c["kind"] == "friend"]

    def restart_server(self):
        self.server.process.signal(9)
        self.server.process.wait()
        self.start_server()
        return self.wait_for_state("shop-01", "online")


class Messages(InboxCase):
    def test_are_shown_as_their_events_with_their_place(self):
        events = self.events()
        self.receive("hello there")
        told = events.next("message")["data"]
        shown = self.all()[0]
        self.assertGreater(shown["seq"], 0)
        # The account's own page hears of it a moment after those who listen.
        last_event_at = self.wait_for(lambda: self.account("shop-01")["last_event_at"], "the time of the last event")
        self.assertLessEqual(told.pop("at"), last_event_at)
        self.assertEqual({k: shown.get(k) for k in told}, told)

    def test_are_in_their_order_page_by_page(self):
        texts = [f"number {n}" for n in range(7)]
        self.receive(*texts)
        seen, after = [], 0
        while True:
            page = self.page(f"?after={after}&limit=3")
            self.assertLessEqual(len(page["messages"]), 3)
            seen += page["messages"]
            if page["next"] is None:
                break
            self.assertEqual(page["next"], page["messages"][-1]["seq"])
            after = page["next"]
        self.assertEqual([m["text"] for m in seen], texts)
        self.assertEqual([m["seq"] for m in seen], sorted({m["seq"] for m in seen}))

    def test_of_another_account_are_not_shown(self):
        self.add_online("shop-02", 2)
        self.receive("mine")
        self.assertEqual(self.admin.get("/v1/accounts/shop-02/messages").json(), {"messages": [], "next": None})

    def test_are_there_after_a_crash_and_go_on_behind_them(self):
        self.receive("before")
        before = self.all()
        self.restart_server()
        self.assertEqual(self.all(), before)
        self.receive("after")
        self.assertEqual([m["text"] for m in self.all()], ["before", "after"])

    def test_from_the_end_on_are_what_comes(self):
        self.assertEqual(self.page("?after=end"), {"messages": [], "next": 0})
        self.receive("old")
        end = self.page("?after=end")["next"]
        self.assertEqual(end, self.all()[-1]["seq"])
        self.receive("new")
        self.assertEqual([m["text"] for m in self.page(f"?after={end}")["messages"]], ["new"])

    def test_of_every_kind_come_back_as_they_were(self):
        texts = ["a < b && c > d", "two\nlines", "\u4f60\u597d\uff0c\u4e16\u754c", '"quotes" \\ back\\slash',
                 "\U0001f604 and \U0001f468\u200d\U0001f469\u200d\U0001f467", "tab\tand \u200bzero width"]
        self.receive(*texts)
        self.assertEqual([m["text"] for m in self.all()], texts)

    def test_with_a_bad_question_are_refused(self):
        self.receive("x")
        for bad in ("limit=0", "limit=1000000000", "limit=-5", "limit=1.5", "limit=", "after=-1", "after=x", "after=",
                    "after=99999999999999999999", "after=END", "with=", "with=" + "x" * 1001, "which=1"):
            with self.subTest(bad[:30]):
                self.problem(self.admin.get(f"{MESSAGES}?{bad}"), 422, "invalid_argument")
        self.problem(self.admin.get("/v1/accounts/nobody/messages"), 404, "account_not_found")


class With(InboxCase):
    def test_a_contact_are_only_that_contact_s(self):
        friends = self.friends()
        remarked = next(f for f in friends if f["remark"])
        plain = next(f for f in friends if not f["remark"])
        self.receive("from one", **{"from": remarked["id"]})
        self.receive("from another", **{"from": plain["id"]})
        ref = next(m["chat"] for m in self.all() if m["text"] == "from one")
        for name in (ref, remarked["remark"]):
            self.assertEqual([m["text"] for m in self.asked(name)], ["from one"], name)
        self.assertEqual([m["text"] for m in self.asked(plain["nick"])], ["from another"])
        self.assertEqual(self.asked("filehelper"), [])

    def test_a_name_of_two_is_refused_with_both(self):
        for _ in range(2):
            self.control.post("/v1/users/1/contacts", {"nick": "Robin"})
        self.wait_for(lambda: len(self.admin.get("/v1/accounts/shop-01/contacts?query=Robin").json()["contacts"]) == 2,
                      "the new contacts")
        candidates = self.problem(self.admin.get(f"{MESSAGES}?with=Robin"), 409, "contact_ambiguous")["candidates"]
        self.assertEqual([c["nick"] for c in candidates], ["Robin", "Robin"])

    def test_nobody_is_not_found(self):
        for name in ("nobody%20at%20all", "%01%1b[2J", "'%20OR%20''='", "@0123456789abcdef"):
            with self.subTest(name):
                self.problem(self.admin.get(f"{MESSAGES}?with={name}"), 404, "contact_not_found")

    def test_a_name_are_found_while_the_account_has_no_session(self):
        friend = self.friends()[0]
        self.receive("remember me", **{"from": friend["id"]})
        name = friend["remark"] or friend["nick"]
        self.command("shop-01", "logout")
        self.assertEqual([m["text"] for m in self.asked(name)], ["remember me"])

    def asked(self, name):
        from urllib.parse import quote
        return self.all("&with=" + quote(name))


class Weixinctl(InboxCase):
    def ctl(self, *arguments, expect=0):
        code, out, err = self.run_program("weixinctl", "--socket", self.server.socket, *arguments)
        self.assertEqual(code, expect, (out, err))
        return out, err

    def test_shows_a_table_or_json(self):
        self.receive("hello", "\u4f60\u597d")
        out, _ = self.ctl("messages", "shop-01")
        self.assertEqual(out.splitlines()[0].split(), "SEQ SENT CHAT FROM TEXT".split())
        self.assertEqual([line.split()[-1] for line in out.splitlines()[1:]], ["hello", "\u4f60\u597d"])
        self.assertEqual(json.loads(self.ctl("messages", "shop-01", "-o", "json")[0])["messages"], self.all())
        self.ctl("messages", "nobody", expect=3)
        self.ctl("messages", "shop-01", "--with", "nobody at all", expect=3)

    def test_keeps_hostile_text_from_the_terminal(self):
        self.receive("\u202ereversed \u0085 next")
        out, _ = self.ctl("messages", "shop-01")
        self.assertNotRegex(out, "[\u202e\u0085\u001b]")

    def test_follows_over_a_crash_of_the_server(self):
        self.receive("old")
        child = subprocess.Popen([str(BIN / "weixinctl"), "--socket", str(self.server.socket), "messages", "shop-01",
                                  "--follow", "--limit", "2", "--after", str(self.all()[-1]["seq"]), "-o", "json"],
                                 text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        self.addCleanup(child.stdout.close)
        self.receive("first")
        self.assertEqual(json.loads(child.stdout.readline())["text"], "first")
        self.restart_server()
        self.receive("second")
        self.assertEqual(json.loads(child.stdout.readline())["text"], "second")
        self.assertEqual(child.wait(30), 0)


if __name__ == "__main__":
    main()
