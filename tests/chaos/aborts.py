"""A small scenario whose server aborts right before, or right after, its n-th commit: for every n until nothing aborts.

Random kills seldom hit the moment between two steps; this hits each of them. The server is started again without the order to
abort, and in the end everything must be as if nothing had happened, but for attempts that are `unknown`.
"""
import concurrent.futures
import contextlib
import itertools
import pathlib
import shutil
import signal
import threading
import time

import ledgers
from callers import Callers
from town import Town, wait_until

VARIABLE = "WEIXIND_ABORT_AT_COMMIT"
SENDS = 6
MESSAGES = 3  # to each account
DEADLINE = 90


class Watcher:
    """Starts the server again when it aborted; any other end is a failure."""

    def __init__(self, town):
        self.town = town
        self.aborted = False
        self.failure = None
        self.watching = True
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self):
        while self.watching:
            process = self.town.server.process
            if not process.is_running():
                if self.aborted or process.child.returncode != -signal.SIGABRT:
                    self.failure = process.report()
                    return
                self.aborted = True
                self.town.start(expect_start=False)
            time.sleep(0.01)

    def check(self):
        if self.failure:
            raise RuntimeError(self.failure)

    def stop(self):
        self.watching = False
        self.thread.join(10)


def persistent(town, watcher, method, target, body=None):
    """A call that is repeated until some server answers it."""
    def ask():
        watcher.check()
        with contextlib.suppress(OSError, ValueError):
            answer = town.admin().call(method, target, body, timeout=5)
            if answer.status < 500:
                return answer
        return None
    return wait_until(ask, DEADLINE, f"an answer to {method} {target}", 0.02)


def scenario(chosen, directory, order):
    """Returns whether the server aborted, and the verdict."""
    town = Town(chosen.programs, directory, chosen.accounts, chosen.bots, chosen.durability, ["--hold", "2"])
    watcher = callers = None
    try:
        town.control.patch("/v1/options", {"scan_delay_ms": 10, "confirm_delay_ms": 10})
        town.start({VARIABLE: order}, expect_start=False)
        watcher = Watcher(town)
        for name in town.names:
            persistent(town, watcher, "POST", "/v1/accounts", {"name": name})
        friends = Shown(chosen.accounts)
        online(town, watcher)
        callers = Callers(town.socket, town.names, rate=50, seed=1, workers=2, limit=SENDS)
        callers.start()
        for user in range(1, chosen.accounts + 1):
            for _ in range(MESSAGES):
                friends.inject(town, user)
        wait_until(lambda: callers.is_done() or watcher.check(), DEADLINE, "the answers to all sends")
        wait_until(lambda: is_quiet(town, watcher), DEADLINE, "the queues to drain")
        online(town, watcher)
        verdict = ledgers.join(town, callers, friends)
        watcher.stop()
        watcher.check()
        return watcher.aborted, verdict
    finally:
        if callers:
            callers.end()
        if watcher:
            watcher.stop()
        town.stop()


class Shown:
    """The messages that were shown to each account."""

    def __init__(self, users):
        self.shown = {user: [] for user in range(1, users + 1)}

    def inject(self, town, user):
        def ask():
            answer = town.control.post("/v1/messages", {"user": user, "text": "hello {token}"})
            return answer if answer.status == 201 else None
        answer = wait_until(ask, DEADLINE, "a session to write to")
        self.shown[user] += [m["msg_id"] for m in answer.json()["messages"]]


def online(town, watcher):
    def all_online():
        accounts = persistent(town, watcher, "GET", "/v1/accounts").json()["accounts"]
        return len(accounts) == len(town.names) and all(a["state"] == "online" for a in accounts)
    wait_until(all_online, DEADLINE, "all accounts to be online")


def is_quiet(town, watcher):
    ledger = town.control.get("/v1/ledger").json()
    if ledger["delivered"] < ledger["injected"] or ledger["unanswered"] > unanswerable(town, watcher):
        return False
    accounts = persistent(town, watcher, "GET", "/v1/accounts").json()["accounts"]
    return sum(a["queue"] for a in accounts) == 0


def unanswerable(town, watcher):
    """How many answers will not come: their send may have left, or may not."""
    count = 0
    for name in town.names:
        answer = persistent(town, watcher, "GET", f"/v1/accounts/{name}/outbox?state=unknown&limit=1000")
        count += len(answer.json()["sends"])
    return count


def one(chosen, directory, order):
    place = pathlib.Path(directory) / f"commit-{order.replace('+', '-after')}"
    place.mkdir()
    aborted, verdict = scenario(chosen, place, order)
    if not verdict.breaches and not chosen.keep:
        shutil.rmtree(place, ignore_errors=True)
    return order, aborted, verdict


def run(chosen, directory, say):
    total = ledgers.Verdict()
    for side, mark in (("before", ""), ("after", "+")):
        orders = (f"{n}{mark}" for n in itertools.count(1, chosen.stride))
        with concurrent.futures.ThreadPoolExecutor(chosen.workers) as pool:
            going = True
            while going:
                batch = list(itertools.islice(orders, chosen.workers))
                for order, aborted, verdict in pool.map(lambda o: one(chosen, directory, o), batch):
                    total.numbers["runs"] += 1
                    total.numbers["aborts"] += aborted
                    for name in ("accepted", "sent", "unknown", "shown"):
                        total.numbers[name] += verdict.numbers[name]
                    for breach in verdict.breaches:
                        total.breach(f"abort {side} commit {order}: {breach}")
                    going = going and aborted
        say(f"abort {side} every commit: {total.numbers['aborts']} aborts so far")
    return total


def summary(verdict):
    return verdict.line("runs", "aborts", "accepted", "sent", "unknown", "shown", "breaches")
