"""Client CPU per echo: weixind without its disk against the same requests on bare Beast, in alternating rounds."""
import time

from measure import (add_accounts, cpu_seconds, listed, median, say, start_load, wait_for_replies,
                     wait_until_online)

WARM_UP_SECONDS = 2
CALLS = ("synccheck", "webwxsync", "webwxsendmsg")


def measure(simulator, process, rate, seconds):
    """CPU microseconds per echo, and what was asked per echo, of a client that is logged in and quiet."""
    start_load(simulator, rate, WARM_UP_SECONDS)
    time.sleep(WARM_UP_SECONDS)
    wait_for_replies(simulator)
    simulator.control.delete("/v1/ledger")
    before = cpu_seconds(process.pid)
    start_load(simulator, rate, seconds)
    time.sleep(seconds)
    result = wait_for_replies(simulator)
    process.check()
    if result["answered"] == 0:
        raise RuntimeError(f"{process.name} answered none of {result['injected']} messages")
    used = cpu_seconds(process.pid) - before
    return {
        "us": used * 1e6 / max(result["answered"], 1),
        "cpu": used / seconds,
        "answered": result["answered"],
        "bad": result["unanswered"] + result["doubled"] + result["misdirected"] + result["violations"],
        "calls": {call: result["requests"].get(call, 0) / max(result["answered"], 1) for call in CALLS},
        "p50": result["reply_p50_ms"],
        "p99": result["reply_p99_ms"],
    }


def leave(simulator):
    """The users are free for the next client, and nothing waits for them."""
    simulator.control.post("/v1/sessions/end", {"all": True, "code": 1101})
    simulator.control.delete("/v1/ledger")


def measure_weixind(bench, simulator, name, chosen, program="weixind"):
    server = bench.server(simulator, name, "[runtime]\nshards = 1\n", program)
    add_accounts(server, 1, chosen.accounts)
    wait_until_online(server, chosen.accounts, 60 + chosen.accounts / 5)
    result = measure(simulator, server.process, chosen.rate, chosen.seconds)
    bench.stop(server.process)
    leave(simulator)
    return result


def measure_forgetful(bench, simulator, name, chosen):
    return measure_weixind(bench, simulator, name, chosen, "weixind_forgetful")


def measure_floor(bench, simulator, name, chosen):
    process = bench.floor(simulator, name, chosen.accounts)
    result = measure(simulator, process, chosen.rate, chosen.seconds)
    bench.stop(process)
    leave(simulator)
    return result


def line(name, r):
    calls = " ".join(f"{call}={count:.2f}" for call, count in r["calls"].items())
    bad = f"  WRONG: {r['bad']} lost, doubled, misdirected or against the protocol" if r["bad"] else ""
    return (f"  {name:<10} {r['us']:7.1f} us/echo  {r['cpu'] * 100:5.1f} % of a core  {r['answered']} echoes  "
            f"{calls}  p50 {r['p50']:.1f} ms  p99 {r['p99']:.1f} ms{bad}")


def alternate(bench, simulator, chosen, first, second):
    """Rounds of two programs, each a (name, measure function); the results of both."""
    results = {first[0]: [], second[0]: []}
    for number in range(1, chosen.rounds + 1):
        # The order changes from round to round, so that a machine that slows down slows both.
        for name, take in (first, second) if number % 2 else (second, first):
            results[name].append(take(bench, simulator, f"{name}-{number}", chosen))
            say(line(name, results[name][-1]))
    for name, rounds in results.items():
        say(f"  {name}: median {median([r['us'] for r in rounds]):.1f} us per echo")
    return [[r["us"] for r in rounds] for rounds in results.values()]


def say_ratio(above, below, goal):
    ratios = [a / b for a, b in zip(above, below)]
    say(f"  ratio: median {median(ratios):.2f} of {listed(sorted(ratios), '{:.2f}')} (goal: at most {goal})")


def run(bench, chosen):
    say(f"== Echo: client CPU per echo, inbox and outbox in memory, {chosen.accounts} accounts, {chosen.rate:g} messages a second, "
        f"{chosen.rounds} rounds of {chosen.seconds:g} s each")
    simulator = bench.simulator(chosen.accounts)
    weixind, floor = alternate(bench, simulator, chosen, ("forgetful", measure_forgetful), ("floor", measure_floor))
    say_ratio(weixind, floor, 1.5)
    bench.stop(simulator.process)
