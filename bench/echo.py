"""Client CPU per echo: weixind without its disk against the same requests on bare Beast, turn by turn."""
import time

from measure import (add_accounts, cpu_seconds, listed, median, say, start_load, wait_for_replies,
                     wait_until_online)

WARM_UP_SECONDS = 2
TURNS = 3  # of each program in a round
CALLS = ("synccheck", "webwxsync", "webwxsendmsg")


class Rival:
    """One of two programs that are compared, with a simulator of its own, which counts what it did."""

    def __init__(self, bench, name, start, chosen):
        self.name = name
        self.simulator = bench.simulator(chosen.accounts, name=f"simulator of {name}")
        self.process = start(bench, self.simulator, name, chosen)
        self.cpu = 0.0
        self.load(chosen.rate, WARM_UP_SECONDS)
        self.simulator.control.delete("/v1/ledger")

    def load(self, rate, seconds):
        start_load(self.simulator, rate, seconds)
        time.sleep(seconds)
        return wait_for_replies(self.simulator)

    def take_turn(self, rate, seconds):
        before = cpu_seconds(self.process.pid)
        self.load(rate, seconds)
        self.process.check()
        self.cpu += cpu_seconds(self.process.pid) - before

    def result(self, seconds):
        """CPU microseconds per echo, and what was asked per echo, of all turns together."""
        counted = wait_for_replies(self.simulator)
        if counted["answered"] == 0:
            raise RuntimeError(f"{self.name} answered none of {counted['injected']} messages")
        return {
            "us": self.cpu * 1e6 / counted["answered"],
            "cpu": self.cpu / seconds,
            "answered": counted["answered"],
            "bad": counted["unanswered"] + counted["doubled"] + counted["misdirected"] + counted["violations"],
            "calls": {call: counted["requests"].get(call, 0) / counted["answered"] for call in CALLS},
            "p50": counted["reply_p50_ms"],
            "p99": counted["reply_p99_ms"],
        }

    def end(self, bench):
        bench.stop(self.process)
        bench.stop(self.simulator.process)


def start_weixind(bench, simulator, name, chosen, program="weixind"):
    server = bench.server(simulator, name, "[runtime]\nshards = 1\n", program)
    add_accounts(server, 1, chosen.accounts)
    wait_until_online(server, chosen.accounts, 60 + chosen.accounts / 5)
    return server.process


def start_forgetful(bench, simulator, name, chosen):
    return start_weixind(bench, simulator, name, chosen, "weixind_forgetful")


def start_floor(bench, simulator, name, chosen):
    return bench.floor(simulator, name, chosen.accounts)


def line(name, r):
    calls = " ".join(f"{call}={count:.2f}" for call, count in r["calls"].items())
    bad = f"  WRONG: {r['bad']} lost, doubled, misdirected or against the protocol" if r["bad"] else ""
    return (f"  {name:<10} {r['us']:7.1f} us/echo  {r['cpu'] * 100:5.1f} % of a core  {r['answered']} echoes  "
            f"{calls}  p50 {r['p50']:.1f} ms  p99 {r['p99']:.1f} ms{bad}")


def compare(bench, chosen, first, second, goal):
    """Rounds of two programs, each a (name, start function): both run, and take turns at answering."""
    results = {first[0]: [], second[0]: []}
    for number in range(1, chosen.rounds + 1):
        rivals = [Rival(bench, f"{name}-{number}", start, chosen) for name, start in (first, second)]
        for turn in range(TURNS):
            # A machine that slows down for a while slows both: turns are short, and the order changes.
            for rival in rivals if (number + turn) % 2 else reversed(rivals):
                rival.take_turn(chosen.rate, chosen.seconds / TURNS)
        for name, rival in zip(results, rivals):
            results[name].append(rival.result(chosen.seconds))
            say(line(name, results[name][-1]))
            rival.end(bench)
    above, below = ([r["us"] for r in rounds] for rounds in results.values())
    for name, figures in zip(results, (above, below)):
        say(f"  {name}: median {median(figures):.1f} us per echo")
    ratios = [a / b for a, b in zip(above, below)]
    say(f"  ratio: median {median(ratios):.2f} of {listed(sorted(ratios), '{:.2f}')} (goal: at most {goal})")


def run(bench, chosen):
    say(f"== Echo: client CPU per echo, inbox and outbox in memory, {chosen.accounts} accounts, {chosen.rate:g} messages a second, "
        f"{chosen.rounds} rounds of {chosen.seconds:g} s each")
    compare(bench, chosen, ("forgetful", start_forgetful), ("floor", start_floor), 1.5)
