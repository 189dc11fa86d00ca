#!/usr/bin/env python3
"""A thousand clients at once, of whom none behaves: the accounts and whoever behaves notice nothing."""
import concurrent.futures
import contextlib
import pathlib
import selectors
import socket
import threading
import time

from harness import PATIENCE, main
from api_access_test import ApiCase

MANY = 1000
HEAD_DEADLINE = 5  # seconds, of the server
SLACK = 20  # of this machine, for the last of a thousand to be told
SLOWEST = 5  # seconds, of 99 of 100 calls of who behaves: 1 is what they are to take, and what a busy machine adds is told


class Crowd(threading.Thread):
    """Connections that each say one byte of a head and no more. `over` holds how long each lived."""

    def __init__(self, connect):
        super().__init__(daemon=True)
        self.connect = connect
        self.lived, self.here = [], threading.Event()

    def run(self):
        with selectors.DefaultSelector() as waiting:
            for _ in range(MANY):
                self.enter(waiting)
            self.here.set()
            end = time.monotonic() + PATIENCE
            while waiting.get_map() and time.monotonic() < end:
                for key, _ in waiting.select(1):
                    self.look(waiting, key)
            for key in list(waiting.get_map().values()):
                key.fileobj.close()

    def enter(self, waiting):
        try:
            connection = self.connect()
        except OSError:  # no room in the system's queue: refused at once
            self.lived.append(0.0)
            return
        with contextlib.suppress(OSError):
            connection.sendall(b"G")
        waiting.register(connection, selectors.EVENT_READ, time.monotonic())

    def look(self, waiting, key):
        try:
            over = not key.fileobj.recv(65536)
        except ConnectionError:
            over = True
        if over:
            self.lived.append(time.monotonic() - key.data)
            waiting.unregister(key.fileobj)
            key.fileobj.close()


class FloodCase(ApiCase):
    def resident_mib(self):
        status = pathlib.Path(f"/proc/{self.server.process.pid}/status").read_text(encoding="ascii")
        return int(status.split("VmRSS:")[1].split()[0]) / 1024

    def unix_connection(self):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(PATIENCE)
        connection.connect(str(self.server.socket))
        return connection

    def tcp_connection(self):
        host, port = self.api_address.split(":")
        return socket.create_connection((host, int(port)), timeout=PATIENCE)

    def all_are_sent_away(self, crowd):
        crowd.join(PATIENCE)
        self.assertEqual(len(crowd.lived), MANY)
        self.assertLess(max(crowd.lived), HEAD_DEADLINE + SLACK)


class Connections(FloodCase):
    def test_that_say_nothing_at_the_admin_socket_are_sent_away_and_the_accounts_answer_meanwhile(self):
        self.add_online("shop-01", 1)
        crowd = Crowd(self.unix_connection)
        crowd.start()
        self.inject(1, "{token} hello", count=20)
        self.wait_for_answers()
        self.all_are_sent_away(crowd)
        self.assertEqual(self.admin.get("/v1/status").status, 200)

    def test_that_say_nothing_at_the_listener_are_sent_away_and_others_are_served_meanwhile(self):
        token, _ = self.token("read")
        self.assertEqual(self.get(token, "/v1/status").status, 200)
        before = self.resident_mib()
        crowd = Crowd(self.tcp_connection)
        crowd.start()
        took = []
        while crowd.is_alive():
            begun = time.monotonic()
            self.assertEqual(self.get(token, "/v1/status").status, 200)
            took.append(time.monotonic() - begun)
            crowd.join(0.03)
        self.assertGreater(len(took), 50)
        p99 = sorted(took)[len(took) * 99 // 100]
        print(f"{len(took)} calls meanwhile: p99 {p99 * 1000:.0f} ms, longest {max(took) * 1000:.0f} ms")
        self.assertLess(p99, SLOWEST)
        self.all_are_sent_away(crowd)
        self.assertLess(self.resident_mib() - before, 64)

    def test_whose_body_does_not_come_are_sent_away(self):
        begun = time.monotonic()
        with self.unix_connection() as slow:
            slow.sendall(b"POST /v1/accounts HTTP/1.1\r\nHost: weixind\r\nContent-Length: 50\r\n\r\n{")
            self.assertIn(b" 408 ", slow.recv(65536).split(b"\r\n")[0])
        self.assertLess(time.monotonic() - begun, HEAD_DEADLINE + SLACK)


class Calls(FloodCase):
    def test_that_log_out_again_and_again_are_all_answered_and_each_is_in_the_audit(self):
        self.add_online("shop-01", 1)
        self.add_online("shop-02", 2)

        def log_out(_):
            return self.admin.post("/v1/accounts/shop-01/logout").status
        with concurrent.futures.ThreadPoolExecutor(16) as callers:
            answers = list(callers.map(log_out, range(200)))
        self.assertLessEqual(set(answers), {200, 202, 409, 429}, answers)
        self.wait_for(lambda: self.account("shop-01")["state"] != "online", "the logout")
        self.assertEqual(self.requests("webwxlogout"), 1)
        rows = [r["status"] for r in self.audit() if r["call"] == "POST /v1/accounts/{name}/logout"]
        self.assertEqual(sorted(rows), sorted(answers))
        self.assertEqual(self.account("shop-02")["state"], "online")
        self.inject(2, "{token} still here")
        self.wait_for_answers()


if __name__ == "__main__":
    main()
