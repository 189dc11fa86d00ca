"""Hours of a server whose service fails in every way the simulator knows, at random. Health is told once a minute."""
import collections
import contextlib
import os
import random
import statistics
import time

import ledgers
from callers import Callers, Friends
from town import Town, wait_until

REPORT_EVERY = 60
RECOVERY_DEADLINE = 600
WARM_UP = 3600  # seconds that do not count for the slope of memory
MOST_SLOPE = 1.0  # MiB an hour, after the first
MOST_FILES = 5  # more in the second half than in the first, each by its median: connections come and go

ANYWHERE = (("http_status", 500), ("http_status", 502), ("http_status", 503), ("close", 0), ("reset", 0), ("stall", 0),
            ("empty", 0), ("html", 0), ("garbage", 0), ("deep_nesting", 0), ("huge", 2_000_000), ("garbage_head", 0),
            ("slow", 3000), ("lost_response", 0), ("truncated", 0), ("bad_utf8", 0), ("cut_head", 0), ("cut_body", 0),
            ("short_length", 0), ("broken_chunks", 0))
ENDPOINTS = ("*", "synccheck", "webwxsync", "webwxsendmsg", "webwxbatchgetcontact")


class Weather:
    """Faults that come and go, and sessions that end, at random moments."""

    def __init__(self, town, seed):
        self.town = town
        self.random = random.Random(seed)
        self.active = []  # (end, rule id)
        self.fired = collections.Counter()
        self.next_session_end = time.monotonic() + 60

    def blow(self):
        now = time.monotonic()
        for end, rule in [a for a in self.active if a[0] <= now]:
            self.town.control.delete(f"/v1/faults/{rule}")
            self.active.remove((end, rule))
        if len(self.active) < 3 and self.random.random() < 0.5:
            kind, value = self.random.choice(ANYWHERE)
            rule = {"kind": kind, "value": value, "endpoint": self.random.choice(ENDPOINTS),
                    "probability": self.random.choice((0.01, 0.05, 0.3)),
                    "user": self.random.choice((0, 0, self.random.randint(1, len(self.town.names))))}
            if not rule["user"]:
                del rule["user"]
            added = self.town.control.post("/v1/faults", rule)
            if added.status == 201:
                self.active.append((now + self.random.uniform(1, 20), added.json()["id"]))
                self.fired[kind] += 1
        if now >= self.next_session_end:
            # Seldom: a third end within an hour holds an account, and rightly.
            self.next_session_end = now + self.random.uniform(60, 240)
            user = self.random.randint(1, len(self.town.names))
            what = self.random.choice(("end", "end", "rotate"))
            if what == "end":
                self.town.control.post("/v1/sessions/end", {"user": user, "code": self.random.choice((1100, 1101, 1102))})
            else:
                self.town.control.post("/v1/sessions/rotate", {"user": user})
            self.fired[f"session_{what}"] += 1

    def calm(self):
        self.town.control.delete("/v1/faults")


class Health:
    """What one look at the process says."""

    def __init__(self, town):
        pid = town.server.process.pid
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            fields = dict(line.split(":", 1) for line in status)
        self.at = time.monotonic()
        self.rss = int(fields["VmRSS"].split()[0]) / 1024  # MiB
        self.files = len(os.listdir(f"/proc/{pid}/fd"))
        self.states = town.server.states()


def slope(samples):
    """MiB an hour, by least squares."""
    if len(samples) < 3:
        return 0.0
    hours = [(s.at - samples[0].at) / 3600 for s in samples]
    mean_x, mean_y = sum(hours) / len(hours), sum(s.rss for s in samples) / len(samples)
    above = sum((x - mean_x) * (s.rss - mean_y) for x, s in zip(hours, samples))
    below = sum((x - mean_x) ** 2 for x in hours)
    return above / below if below else 0.0


def look_after(town):
    """The operator: what waits for a person gets a new login."""
    for account in town.server.accounts():
        if account["state"] in ("held", "needs_login"):
            town.server.admin.post(f"/v1/accounts/{account['name']}/relogin")


def run(chosen, directory, say):
    town = Town(chosen.programs, directory, chosen.accounts, chosen.bots, chosen.durability)
    callers = friends = None
    samples = []
    try:
        town.start()
        town.add_accounts()
        town.wait_until_online()
        callers = Callers(town.socket, town.names, chosen.rate, chosen.seed)
        friends = Friends(town.control, chosen.accounts, chosen.rate, chosen.seed + 1)
        weather = Weather(town, chosen.seed)
        callers.start()
        friends.start()
        begin = time.monotonic()
        next_report = begin
        while time.monotonic() - begin < chosen.hours * 3600:
            weather.blow()
            town.pass_time(1)
            if time.monotonic() >= next_report:
                next_report += REPORT_EVERY
                look_after(town)
                town.sent()
                samples.append(Health(town))
                tell(say, begin, samples[-1], callers, friends)
        weather.calm()
        friends.stop()
        callers.stop_making()
        say("calm: waiting until everything is well again")
        recover(town)
        wait_until(lambda: callers.open() == 0, RECOVERY_DEADLINE, "the last answers")
        wait_until(lambda: is_quiet(town), RECOVERY_DEADLINE, "the queues to drain", 1)
        callers.end()
        verdict = ledgers.join(town, callers, friends, strict=False)
        judge(verdict, samples, say)
        verdict.numbers["faults"] = sum(weather.fired.values())
    finally:
        if callers:
            callers.end()
        if friends:
            friends.writing = False
        good = town.stop()
    if not good:
        verdict.breach("a process did not end as it should")
    return verdict


def tell(say, begin, health, callers, friends):
    others = " ".join(f"{state}={count}" for state, count in sorted(health.states.items()) if state != "online")
    say(f"t={(health.at - begin) / 60:.0f}min rss={health.rss:.1f}MiB files={health.files} online={health.states['online']} "
        f"accepted={len(callers.accepted())} waiting={callers.open()} shown={friends.count()} {others}".rstrip())


def recover(town):
    def all_online():
        town.server.process.check()
        look_after(town)
        return town.server.states()["online"] == len(town.names)
    wait_until(all_online, RECOVERY_DEADLINE, "all accounts to be online", 2)


def is_quiet(town):
    town.server.process.check()
    ledger = town.control.get("/v1/ledger").json()
    if ledger["delivered"] < ledger["injected"] or town.unfinished() != 0:
        return False
    time.sleep(2)
    with contextlib.suppress(OSError):
        return town.unfinished() == 0
    return False


def judge(verdict, samples, say):
    settled = [s for s in samples if s.at - samples[0].at >= WARM_UP]
    counts = len(settled) >= 10
    if not counts:
        settled = samples[len(samples) // 2:]
    rise = slope(settled)
    files = [s.files for s in settled]
    early, late = statistics.median(files[:len(files) // 2] or files), statistics.median(files[len(files) // 2:])
    say(f"memory: {samples[0].rss:.1f} MiB at the start, {samples[-1].rss:.1f} MiB at the end, slope {rise:+.2f} MiB/h "
        f"{'after the first hour' if counts else 'in the second half'}; open files {early:.0f}, then {late:.0f}")
    # A run that is too short says nothing about hours.
    if counts and rise > MOST_SLOPE:
        verdict.breach(f"memory grows by {rise:.2f} MiB an hour")
    if counts and late - early > MOST_FILES:
        verdict.breach(f"open files grew from {early:.0f} to {late:.0f}")


def summary(verdict):
    return verdict.line("faults", "accepted", "sent", "unknown", "unknown_but_sent", "refused", "expired", "accepted_lost",
                        "sent_twice", "shown", "answered", "inbound_lost", "inbound_doubled", "breaches")
