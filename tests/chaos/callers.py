"""Those who use a server that may die at any moment, and remember exactly what it promised them."""
import http.client
import itertools
import json
import queue
import random
import threading
import time

from town import UnixConnection

CALL_DEADLINE = 10
RETRY_PAUSE = 0.05
# Refusals that end by themselves; anything else is an answer for good.
PASSING = {"not_online", "store_failed", "store_busy", "disk_full", "queue_full", "account_not_found", "too_many_requests",
           "shutting_down", "not_ready"}


class Request:
    def __init__(self, number, account, to, text):
        self.number = number
        self.account = account
        self.to = to
        self.text = text
        self.key = f"key-{number}"
        self.id = None
        self.refused = None
        self.tries = 0


class Callers:
    """Has texts sent at a steady rate. Whoever gets no answer asks again with the same idempotency key, for as long as it
    takes: a 202 is remembered, and with it the server's promise."""

    def __init__(self, socket_path, accounts, rate, seed, workers=6, limit=None):
        self.socket_path = socket_path
        self.accounts = accounts
        self.interval = 1.0 / rate
        self.random = random.Random(seed)
        self.numbers = itertools.count(1)
        self.limit = limit
        self.requests = []
        self.broken_promises = []
        self.waiting = queue.Queue()
        self.making = True
        self.ended = False
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self._make, daemon=True)]
        self.threads += [threading.Thread(target=self._work, daemon=True) for _ in range(workers)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def accepted(self):
        return [r for r in self.requests if r.id]

    def open(self):
        return sum(1 for r in self.requests if r.id is None and r.refused is None)

    def is_done(self):
        """With a limit: all were made, and all have their answer."""
        return len(self.requests) == self.limit and self.open() == 0

    def stop_making(self):
        self.making = False

    def end(self):
        self.making = False
        self.ended = True
        for thread in self.threads:
            thread.join(CALL_DEADLINE + 5)

    def _make(self):
        due = time.monotonic()
        while self.making and len(self.requests) != self.limit:
            number = next(self.numbers)
            r = Request(number, self.random.choice(self.accounts), "filehelper", f"chaos-{number}-end")
            self.requests.append(r)
            self.waiting.put(r)
            due += self.interval
            time.sleep(max(0.0, due - time.monotonic()))

    def _work(self):
        connection = None
        while not self.ended:
            try:
                r = self.waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            connection, settled = self._ask(connection, r)
            if not settled:
                time.sleep(RETRY_PAUSE)
                self.waiting.put(r)

    def _ask(self, connection, r):
        """Returns the connection that can be used again, if any, and whether the answer was final."""
        r.tries += 1
        try:
            if connection is None:
                connection = UnixConnection(self.socket_path, CALL_DEADLINE)
            connection.request("POST", f"/v1/accounts/{r.account}/messages", json.dumps({"to": r.to, "text": r.text}),
                               {"Content-Type": "application/json", "Idempotency-Key": r.key})
            answer = connection.getresponse()
            body = json.loads(answer.read() or b"{}")
        except (OSError, http.client.HTTPException, ValueError):
            if connection is not None:
                connection.close()
            return None, False
        if answer.status == 202:
            with self.lock:
                if r.id not in (None, body["id"]):
                    self.broken_promises.append(f"{r.key} was given to {r.id} and {body['id']}")
                r.id = body["id"]
            return connection, True
        if body.get("code") in PASSING or answer.status in (429, 503):
            return connection, False
        r.refused = f"{answer.status} {body.get('code')}"
        return connection, True


class Friends:
    """Write to the accounts at a steady rate, each message with an id that the service tells."""

    def __init__(self, control, users, rate, seed):
        self.control = control
        self.users = users
        self.interval = 1.0 / rate
        self.random = random.Random(seed)
        self.shown = {user: [] for user in range(1, users + 1)}  # message ids
        self.writing = True
        self.failure = None
        self.thread = threading.Thread(target=self._write, daemon=True)

    def start(self):
        self.thread.start()

    def stop(self):
        self.writing = False
        self.thread.join(30)
        if self.failure:
            raise self.failure

    def count(self):
        return sum(len(ids) for ids in self.shown.values())

    def _write(self):
        due = time.monotonic()
        connection = self.control.connect(30)
        try:
            while self.writing:
                user = self.random.randint(1, self.users)
                connection.request("POST", "/v1/messages", json.dumps({"user": user, "text": "hello {token}"}),
                                   {"Content-Type": "application/json"})
                answer = connection.getresponse()
                body = json.loads(answer.read())
                # Without a session there is nobody to show it to.
                if answer.status == 201:
                    self.shown[user] += [m["msg_id"] for m in body["messages"]]
                due += self.interval
                time.sleep(max(0.0, due - time.monotonic()))
        except Exception as failure:  # told to the main thread
            self.failure = failure
        finally:
            connection.close()
