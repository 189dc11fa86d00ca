#!/usr/bin/env python3
"""Sends that an operator or a program looks at: keys, deadlines, lists, and what becomes of an unknown outcome."""
import json
import os
import re

from harness import Case, main

SENDS = "/v1/accounts/shop-01/messages"
OUTBOX = "/v1/accounts/shop-01/outbox"


class OutboxCase(Case):
    def setUp(self):
        super().setUp()
        self.add_online("shop-01", 1)

    def post(self, text="hello", key=None, to="filehelper", **body):
        headers = {} if key is None else {"Idempotency-Key": key}
        return self.admin.post(SENDS, {"to": to, "text": text, **body}, headers=headers)

    def accepted(self, *arguments, **options):
        answer = self.post(*arguments, **options)
        self.assertEqual(answer.status, 202, answer)
        return answer.json()["id"]

    def act(self, send_id, verb, body=None):
        return self.admin.post(f"{OUTBOX}/{send_id}/{verb}", body)

    def acted(self, send_id, verb, body=None):
        answer = self.act(send_id, verb, body)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def unknown_send(self, text="lost {token}"):
        self.fault("lost_response", "webwxsendmsg", count=1)
        send_id = self.accepted(text)
        self.wait_for_send("shop-01", send_id, "unknown")
        return send_id

    def listed(self, query=""):
        answer = self.admin.get(OUTBOX + query)
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def texts(self):
        return [s["text"] for s in self.sent()]

    def restart_server(self):
        self.server.process.signal(9)
        self.server.process.wait()
        self.start_server()


class Key(OutboxCase):
    def test_used_again_answers_the_same_send_as_it_is_now(self):
        first = self.post("once", key="order-7")
        self.assertNotIn("Idempotency-Replayed", first.headers)
        send_id = first.json()["id"]
        self.wait_for_send("shop-01", send_id, "sent")
        again = self.post("once", key="order-7")
        self.assertEqual((again.status, again.json()), (202, {"id": send_id, "state": "sent"}))
        self.assertEqual(again.headers["Idempotency-Replayed"], "true")
        self.assertEqual(self.texts(), ["once"])

    def test_used_for_something_else_is_a_conflict(self):
        self.accepted("once", key="order-7")
        self.problem(self.post("twice", key="order-7"), 422, "idempotency_conflict")
        self.problem(self.post("once", key="order-7", to=self.friend()["ref"]), 422, "idempotency_conflict")

    def test_is_an_account_s_own(self):
        self.add_online("shop-02", 2)
        self.accepted("once", key="order-7")
        answer = self.admin.post("/v1/accounts/shop-02/messages", {"to": "filehelper", "text": "another"},
                                 headers={"Idempotency-Key": "order-7"})
        self.assertEqual(answer.status, 202, answer)

    def test_is_remembered_over_a_crash_of_the_server(self):
        send_id = self.accepted("once", key="order-7")
        self.wait_for_send("shop-01", send_id, "sent")
        self.restart_server()
        self.wait_for_state("shop-01", "online")
        again = self.post("once", key="order-7")
        self.assertEqual((again.status, again.json()["id"]), (202, send_id), again)
        self.assertEqual(self.texts(), ["once"])

    def test_that_is_none_is_refused(self):
        for bad in ("", "x" * 256, "x" * 10_000, "\u00e9"):
            with self.subTest(bad[:10]):
                self.problem(self.post(key=bad.encode("utf-8").decode("latin-1")), 422, "invalid_argument")
        self.assertEqual(self.listed()["sends"], [])

    def friend(self):
        contacts = self.admin.get("/v1/accounts/shop-01/contacts?kind=friend").json()["contacts"]
        return contacts[0]


class Deadline(OutboxCase):
    def test_that_passes_while_the_account_rests_expires_the_send(self):
        self.command("shop-01", "pause")
        late = self.accepted("too late", expires_in=1)
        patient = self.accepted("still good", expires_in=3600)
        record = self.wait_for_send("shop-01", late, "expired")
        self.assertLess(record["created_at"], record["expires_at"])
        self.command("shop-01", "resume")
        self.wait_for_send("shop-01", patient, "sent")
        self.assertEqual(self.texts(), ["still good"])

    def test_that_is_none_is_refused(self):
        for bad in (0, -1, 604_801, 1.5, "60", None, 10 ** 20):
            with self.subTest(bad):
                self.problem(self.post(expires_in=bad), 422, "invalid_argument")


class Unknown(OutboxCase):
    def test_is_told_and_not_sent_again(self):
        send_id = self.unknown_send("perhaps")
        self.wait_for_send("shop-01", self.accepted("afterwards"), "sent")
        self.assertEqual(self.texts(), ["perhaps", "afterwards"])
        record = self.admin.get(f"{OUTBOX}/{send_id}").json()
        self.assertEqual((record["state"], record["attempts"], record["on_unknown"]), ("unknown", 1, "report"))
        self.assertIsNotNone(record["error"])

    def test_is_settled_by_the_operator_once(self):
        for outcome in ("sent", "refused"):
            with self.subTest(outcome):
                send_id = self.unknown_send()
                self.assertEqual(self.acted(send_id, "settle", {"outcome": outcome})["state"], outcome)
                self.problem(self.act(send_id, "settle", {"outcome": outcome}), 409, "wrong_state")

    def test_is_sent_again_when_the_operator_retries(self):
        send_id = self.unknown_send("twice")
        self.assertEqual(self.acted(send_id, "retry")["id"], send_id)
        self.wait_for_send("shop-01", send_id, "sent")
        self.assertEqual(self.texts(), ["twice", "twice"])

    def test_is_sent_again_when_the_caller_chose_so(self):
        self.fault("lost_response", "webwxsendmsg", count=1)
        send_id = self.accepted("at least once", on_unknown="resend")
        record = self.wait_for_send("shop-01", send_id, "sent")
        self.assertEqual((record["attempts"], record["on_unknown"]), (2, "resend"))
        self.assertEqual(self.texts(), ["at least once"] * 2)

    def test_policy_that_does_not_exist_is_refused(self):
        for bad in ("", "retry", None, 1, ["report"]):
            with self.subTest(bad):
                self.problem(self.post(on_unknown=bad), 422, "invalid_argument")


class Queued(OutboxCase):
    def test_is_taken_back(self):
        self.command("shop-01", "pause")
        send_id = self.accepted("never mind")
        record = self.acted(send_id, "cancel")
        self.assertEqual((record["state"], record["error"]), ("refused", "cancelled"))
        self.assertEqual(self.account("shop-01")["queue"], 0)
        self.problem(self.act(send_id, "cancel"), 409, "wrong_state")
        self.command("shop-01", "resume")
        self.wait_for_send("shop-01", self.accepted("another"), "sent")
        self.assertEqual(self.texts(), ["another"])

    def test_that_was_taken_back_can_be_queued_again(self):
        self.command("shop-01", "pause")
        send_id = self.accepted("changed my mind")
        self.acted(send_id, "cancel")
        self.assertEqual(self.acted(send_id, "retry")["state"], "queued")
        self.command("shop-01", "resume")
        self.wait_for_send("shop-01", send_id, "sent")
        self.assertEqual(self.texts(), ["changed my mind"])

    def test_cannot_be_settled_or_retried(self):
        self.command("shop-01", "pause")
        send_id = self.accepted("wait")
        self.assertIn("queued", self.problem(self.act(send_id, "settle", {"outcome": "sent"}), 409,
                                             "wrong_state")["detail"])
        self.problem(self.act(send_id, "retry"), 409, "wrong_state")

    def test_waits_through_a_crash_of_the_server_and_is_sent_once(self):
        self.command("shop-01", "pause")
        ids = [self.accepted(f"number {n}") for n in range(5)]
        self.restart_server()
        self.assertEqual(self.account("shop-01")["state"], "stopped")
        self.assertEqual([s["id"] for s in self.listed("?state=queued")["sends"]], ids)
        self.command("shop-01", "resume")
        self.wait_for_send("shop-01", ids[-1], "sent")
        self.assertEqual(self.texts(), [f"number {n}" for n in range(5)])


class Sent(OutboxCase):
    def test_stays_sent_whatever_is_asked(self):
        send_id = self.accepted("done")
        self.wait_for_send("shop-01", send_id, "sent")
        for verb, body in (("cancel", None), ("retry", None), ("settle", {"outcome": "refused"})):
            with self.subTest(verb):
                self.problem(self.act(send_id, verb, body), 409, "wrong_state")
        self.assertIsNotNone(self.account("shop-01")["last_send_at"])


class List(OutboxCase):
    def test_is_in_order_page_by_page(self):
        ids = [self.accepted(f"number {n}") for n in range(7)]
        self.wait_for_send("shop-01", ids[-1], "sent")
        seen, query = [], "?limit=3"
        while True:
            page = self.listed(query)
            self.assertLessEqual(len(page["sends"]), 3)
            seen += [s["id"] for s in page["sends"]]
            if page["next"] is None:
                break
            query = f"?limit=3&after={page['next']}"
        self.assertEqual(seen, ids)

    def test_never_holds_a_text(self):
        self.wait_for_send("shop-01", self.accepted("very private words"), "sent")
        self.assertNotIn("private", json.dumps(self.listed()))

    def test_can_be_of_one_state(self):
        unknown = self.unknown_send()
        sent = self.accepted("fine")
        self.wait_for_send("shop-01", sent, "sent")
        self.assertEqual([s["id"] for s in self.listed("?state=unknown")["sends"]], [unknown])
        self.assertEqual([s["id"] for s in self.listed("?state=sent")["sends"]], [sent])
        self.assertEqual(self.listed("?state=expired"), {"sends": [], "next": None})

    def test_with_a_bad_question_is_refused(self):
        for bad in ("limit=0", "limit=1000000000", "limit=-1", "limit=", "limit=ten", "after=0", "after=", "after=s-1",
                    "after=%00s", "after='%20OR%201=1", "state=", "state=gone", "state=SENT", "stat=sent", "limit=5&x=1"):
            with self.subTest(bad):
                answer = self.admin.get(f"{OUTBOX}?{bad}")
                self.assertEqual(answer.status, 400 if "%00" in bad else 422, answer)
                if answer.status == 422:
                    self.problem(answer, 422, "invalid_argument")

    def test_of_an_unknown_account_is_not_found(self):
        for method, target in (("GET", ""), ("POST", "/s-01m8584mgp5y5f4b32ww33a3dw/cancel")):
            self.problem(self.admin.call(method, f"/v1/accounts/nobody/outbox{target}"), 404, "account_not_found")


class Command(OutboxCase):
    def test_for_a_send_that_is_not_there_is_not_found(self):
        self.add_online("shop-02", 2)
        other = self.send_text("shop-02", "filehelper", "not yours")
        self.wait_for_send("shop-02", other, "sent")
        for send_id in ("s-nothing", "x" * 300, "s-01m8584mgp5y5f4b32ww33a3dw", "..%2F..%2Fshop-02", "%01", other):
            for verb, body in (("cancel", None), ("retry", None), ("settle", {"outcome": "sent"})):
                with self.subTest((send_id[:20], verb)):
                    self.problem(self.act(send_id, verb, body), 404, "send_not_found")

    def test_with_a_bad_body_is_refused(self):
        send_id = self.unknown_send()
        for body in ({}, {"outcome": "unknown"}, {"outcome": None}, {"outcome": "sent", "by": "me"}, "[]", "{"):
            with self.subTest(body):
                self.problem(self.act(send_id, "settle", body), 422, "invalid_argument")
        self.problem(self.act(send_id, "cancel", {"why": "x"}), 422, "invalid_argument")
        self.assertEqual(self.admin.get(f"{OUTBOX}/{send_id}").json()["state"], "unknown")

    def test_leaves_a_line_that_says_who_did_what(self):
        self.command("shop-01", "pause")
        send_id = self.accepted("secret words", key="secret-key")
        self.acted(send_id, "cancel")
        self.problem(self.act(send_id, "settle", {"outcome": "sent"}), 409, "wrong_state")
        self.admin.get(f"{OUTBOX}/{send_id}")
        lines = [line for line in self.server.process.log().splitlines() if "event=admin.call" in line]
        who = rf'uid={os.getuid()} pid={os.getpid()} token="" name="" from="" '
        for what in (r'call="POST /v1/accounts" account=shop-01 object="" status=201 code=""',
                     r'call="POST /v1/accounts/{name}/pause" account=shop-01 object="" status=202 code=""',
                     rf'call="POST /v1/accounts/{{name}}/messages" account=shop-01 object={send_id} status=202 code=""',
                     rf'call="POST /v1/accounts/{{name}}/outbox/{{id}}/cancel" account=shop-01 object={send_id} status=200'
                     r' code=""',
                     rf'call="POST /v1/accounts/{{name}}/outbox/{{id}}/settle" account=shop-01 object={send_id} status=409'
                     r' code=wrong_state'):
            self.assertEqual(len([line for line in lines if line.endswith(who + what)]), 1, (what, lines))
        self.assertEqual([line for line in lines if re.search("GET|secret|filehelper", line)], [])


class Weixinctl(OutboxCase):
    def ctl(self, *arguments, expect=0):
        code, out, err = self.run_program("weixinctl", "--socket", self.server.socket, *arguments)
        self.assertEqual(code, expect, (out, err))
        return out, err

    def test_lists_shows_and_settles(self):
        send_id = self.unknown_send()
        out, _ = self.ctl("outbox", "list", "shop-01", "--state", "unknown")
        self.assertEqual(out.splitlines()[0].split(), "ID STATE TO CREATED UPDATED TRIES ERROR".split())
        self.assertEqual(out.splitlines()[1].split()[:3], [send_id, "unknown", "filehelper"])
        self.assertIn(f"outbox settle shop-01 {send_id}", self.ctl("outbox", "show", "shop-01", send_id)[0])
        self.assertEqual(self.ctl("outbox", "settle", "shop-01", send_id, "refused")[0], f"{send_id} refused\n")
        self.assertEqual(self.ctl("outbox", "retry", "shop-01", send_id)[0], f"{send_id} queued\n")
        self.wait_for_send("shop-01", send_id, "sent")
        self.assertIn("wrong_state", self.ctl("outbox", "cancel", "shop-01", send_id, expect=1)[1])
        self.ctl("outbox", "show", "shop-01", "s-nothing", expect=3)
        self.assertIn("invalid_argument", self.ctl("outbox", "list", "shop-01", "--state", "gone", expect=1)[1])

    def test_sends_with_a_key_once(self):
        first, _ = self.ctl("send", "shop-01", "filehelper", "hello", "--key", "k", "--expires-in", "60", "--wait")
        again, _ = self.ctl("send", "shop-01", "filehelper", "hello", "--key", "k", "--expires-in", "60", "--wait")
        self.assertEqual(first, again)
        self.assertEqual(self.texts(), ["hello"])
        self.assertIn("idempotency_conflict", self.ctl("send", "shop-01", "filehelper", "bye", "--key", "k", expect=1)[1])


if __name__ == "__main__":
    main()
