#!/usr/bin/env python3
"""The admin socket says no: wrong names, wrong bodies, and clients that do not behave."""
import os
import socket
import stat
import time

from harness import PATIENCE, Case, main


class Refusal(Case):
    def test_of_an_unknown_account(self):
        for method, target in (("GET", ""), ("DELETE", ""), ("GET", "/qr"), ("GET", "/contacts"), ("GET", "/outbox/s1"),
                               ("POST", "/pause"), ("POST", "/resume"), ("POST", "/restart"), ("POST", "/relogin"),
                               ("POST", "/logout")):
            with self.subTest(method + target):
                self.problem(self.admin.call(method, "/v1/accounts/nobody" + target), 404, "account_not_found")
        self.problem(self.admin.patch("/v1/accounts/nobody", {"bots": []}), 404, "account_not_found")
        self.problem(self.admin.post("/v1/accounts/nobody/messages", {"to": "filehelper", "text": "x"}), 404,
                     "account_not_found")

    def test_of_a_bad_name(self):
        for name in ("", "-a", "A", "shop_1", "shop 1", "a" * 64, "\u4e00", "../etc", "a/b", "a\u0000b"):
            with self.subTest(name):
                self.problem(self.admin.post("/v1/accounts", {"name": name}), 422, "invalid_name")
        self.assertEqual(self.server.accounts(), [])

    def test_of_a_name_that_is_taken(self):
        self.add("shop-01")
        self.problem(self.admin.post("/v1/accounts", {"name": "shop-01"}), 409, "account_exists")

    def test_of_an_unknown_bot(self):
        self.problem(self.admin.post("/v1/accounts", {"name": "shop-01", "bots": ["oracle"]}), 422, "unknown_bot")
        self.assertEqual(self.server.accounts(), [])
        self.add("shop-01")
        self.problem(self.admin.patch("/v1/accounts/shop-01", {"bots": ["oracle"]}), 422, "unknown_bot")
        self.assertEqual(self.account("shop-01")["bots"], ["echo"])

    def test_of_a_body_that_is_not_what_is_expected(self):
        for body in ("{", "[]", '"name"', "null", "nonsense", '{"name": 7}', '{"name": "a", "bots": "echo"}',
                     '{"name": "a", "bots": [7]}', '{"name": "a", "colour": "red"}', '{"bots": []}', "[" * 10_000,
                     b"\xff\xfe\x00", b'{"name": "\xc3\x28"}', '{"name": "a", "kind": "telegram"}'):
            with self.subTest(body[:40]):
                self.problem(self.admin.post("/v1/accounts", body), 422, "invalid_argument")
        self.assertEqual(self.server.accounts(), [])

    def test_of_a_body_of_ten_mebibytes(self):
        answer = self.raw(b"POST /v1/accounts HTTP/1.1\r\nHost: weixind\r\nContent-Length: 10485760\r\n\r\n")
        self.assertIn(b" 413 ", answer.split(b"\r\n")[0])
        self.assertIn(b"body_too_large", answer)
        self.assertEqual(self.admin.get("/v1/status").status, 200)

    def test_of_a_chunked_body_of_ten_mebibytes(self):
        answer = self.raw(b"POST /v1/accounts HTTP/1.1\r\nHost: weixind\r\nTransfer-Encoding: chunked\r\n\r\n"
                          + b"".join([b"10000\r\n" + b"x" * 65536 + b"\r\n"] * 160))
        self.assertIn(b" 413 ", answer.split(b"\r\n")[0])

    def test_of_an_unknown_path_or_method(self):
        self.problem(self.admin.get("/v2/accounts"), 404, "not_found")
        answer = self.admin.delete("/v1/status")
        self.problem(answer, 405, "method_not_allowed")
        self.assertIn("GET", answer.headers["Allow"])

    def test_of_what_is_no_http(self):
        for garbage in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", b"hello\r\n\r\n", b"\0" * 100 + b"\r\n\r\n",
                        b"GET /v1/status HTTP/1.1\r\n\r\n",
                        b"GET /v1/status HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"
                        b"0\r\n\r\n",
                        b"GET /v1/status HTTP/1.1\r\nHost: a\r\nX: a\x01b\r\n\r\n"):
            with self.subTest(garbage[:40]):
                answer = self.raw(garbage)
                self.assertIn(answer[:13], (b"HTTP/1.1 400 ", b""))
        self.assertEqual(self.admin.get("/v1/status").status, 200)

    def test_of_an_endless_header(self):
        answer = self.raw(b"GET /v1/status HTTP/1.1\r\nHost: a\r\n" + b"X-Long: " + b"y" * 200_000)
        self.assertIn(b" 431 ", answer.split(b"\r\n")[0])

    def test_of_an_unknown_send(self):
        self.add_online("shop-01", 1)
        self.problem(self.admin.get("/v1/accounts/shop-01/outbox/s-nothing"), 404, "send_not_found")

    def test_of_a_wrong_format_of_a_code(self):
        self.add("shop-01")
        self.wait_for_code("shop-01")
        self.problem(self.admin.get("/v1/accounts/shop-01/qr?format=gif"), 422, "invalid_argument")

    def raw(self, data):
        with self.connect() as s:
            try:
                s.sendall(data)
            except (BrokenPipeError, ConnectionResetError):
                pass
            return read_all(s)

    def connect(self):
        s = socket.socket(socket.AF_UNIX)
        s.settimeout(PATIENCE)
        s.connect(str(self.server.socket))
        return s


def read_all(s):
    data = b""
    try:
        while piece := s.recv(65536):
            data += piece
    except ConnectionResetError:
        pass
    return data


class Client(Case):
    """Clients that are slow, rude or many."""

    connect = Refusal.connect

    def test_that_stops_sending_gets_its_answer(self):
        with self.connect() as s:
            s.sendall(b"GET /v1/status HTTP/1.1\r\nHost: weixind\r\nConnection: close\r\n\r\n")
            s.shutdown(socket.SHUT_WR)
            self.assertIn(b" 200 ", read_all(s).split(b"\r\n")[0])

    def test_that_goes_in_the_middle_of_a_request_harms_nobody(self):
        for piece in (b"", b"GET /v1/st", b"POST /v1/accounts HTTP/1.1\r\nHost: weixind\r\nContent-Length: 50\r\n\r\n{"):
            with self.connect() as s:
                s.sendall(piece)
        self.assertEqual(self.admin.get("/v1/status").status, 200)

    def test_that_never_ends_its_head_is_sent_away_while_others_are_served(self):
        begin = time.monotonic()
        with self.connect() as slow:
            slow.sendall(b"GET /v1/status HTTP/1.1\r\n")
            slow.setblocking(False)
            answer = b""
            over = False
            while not over and time.monotonic() - begin < PATIENCE:
                self.assertEqual(self.admin.get("/v1/status").status, 200)
                try:
                    slow.send(b"X")
                except (BrokenPipeError, ConnectionResetError):
                    pass
                except BlockingIOError:
                    pass
                try:
                    piece = slow.recv(4096)
                    answer += piece
                    over = not piece
                except ConnectionResetError:
                    over = True
                except BlockingIOError:
                    time.sleep(0.05)
        self.assertTrue(over, "the slow client is still there")
        self.assertLess(time.monotonic() - begin, 20)
        self.assertIn(answer[:13], (b"HTTP/1.1 408 ", b""))

    def test_that_brings_three_hundred_friends_leaves_room_for_the_operator_afterwards(self):
        crowd = [self.connect() for _ in range(300)]
        answers = 0
        for s in crowd[-44:]:
            answers += b" 503 " in s.recv(4096).split(b"\r\n")[0]
        self.assertGreaterEqual(answers, 40)
        for s in crowd:
            s.close()
        self.wait_for(lambda: self.admin.get("/v1/status").status == 200, "room")

    def test_that_never_reads_its_events_does_not_stop_the_account(self):
        self.add_online("shop-01", 1)
        with self.connect() as lazy:
            lazy.sendall(b"GET /v1/events HTTP/1.1\r\nHost: weixind\r\n\r\n")
            for _ in range(3):
                self.inject(1, "{token} " + "x" * 12_000, count=60)
                self.wait_for_answers()
        self.assertEqual(self.account("shop-01")["state"], "online")

    def test_that_sends_requests_in_one_piece_gets_all_answers_in_order(self):
        with self.connect() as s:
            s.sendall(b"GET /v1/status HTTP/1.1\r\nHost: a\r\n\r\n" * 5
                      + b"GET /v1/nothing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            answer = read_all(s)
        self.assertEqual((answer.count(b"HTTP/1.1 200 "), answer.count(b"HTTP/1.1 404 ")), (5, 1))


class AdminSocket(Case):
    def test_is_for_the_owner_and_the_group_only(self):
        mode = os.stat(self.server.socket)
        self.assertTrue(stat.S_ISSOCK(mode.st_mode))
        self.assertEqual(stat.S_IMODE(mode.st_mode), 0o660)

    def test_is_removed_at_the_end(self):
        self.assertEqual(self.server.process.stop(), 0)
        self.assertFalse(self.server.socket.exists())

    def test_describes_the_server(self):
        self.add_online("shop-01", 1)
        self.add("shop-02")
        self.wait_for_state("shop-02", "awaiting_scan")
        status = self.admin.get("/v1/status").json()
        self.assertEqual(set(status), {"version", "pid", "started_at", "metrics_listen", "api_listen", "ready", "accounts", "store"})
        self.assertEqual((status["pid"], status["ready"]), (self.server.process.pid, True))
        self.assertEqual({k: v for k, v in status["accounts"].items() if v}, {"online": 1, "awaiting_scan": 1})

    def test_shows_an_account_with_every_documented_member(self):
        account = self.add("shop-01")
        self.assertEqual(sorted(account), sorted(
            ["name", "kind", "state", "state_since", "reason", "retry_at", "desired", "nickname", "bots", "media", "login",
             "proxy", "proxy_checked_at", "proxy_error", "last_poll_at", "last_event_at", "last_send_at", "messages_in", "messages_out", "queue",
             "restarts", "pacing"]))
        self.assertEqual((account["nickname"], account["last_poll_at"], account["retry_at"]), (None, None, None))


if __name__ == "__main__":
    main()
