"""What accounts that fail cost those beside them: how long good accounts take to reply, alone and beside bad ones."""
import time

from measure import add_accounts, listed, median, say, start_load, wait_until_online

BAD_ENDPOINTS = ("synccheck", "webwxsync", "webwxsendmsg")


def latencies(simulator, rate, seconds):
    """Of the messages that are answered at all: the bad accounts answer none of theirs."""
    simulator.control.delete("/v1/ledger")
    start_load(simulator, rate, seconds)
    time.sleep(seconds + 2)
    now = simulator.control.get("/v1/ledger").json()
    if now["answered"] == 0:
        raise RuntimeError("no account answered")
    return now["reply_p50_ms"], now["reply_p99_ms"], now["answered"] / max(now["injected"], 1)


def spoil(simulator, first, last):
    for user in range(first, last + 1):
        for endpoint in BAD_ENDPOINTS:
            fault = {"endpoint": endpoint, "user": user, "kind": "http_status", "value": 503}
            answer = simulator.control.post("/v1/faults", fault)
            if answer.status != 201:
                raise RuntimeError(f"weixinsim refused a fault: {answer}")


def command(server, numbers, what):
    for number in numbers:
        answer = server.admin.post(f"/v1/accounts/account-{number:05}/{what}")
        if answer.status != 202:
            raise RuntimeError(f"weixind refused to {what} an account: {answer}")


def line(name, result):
    p50, p99, answered = result
    return f"  {name:<14} p50 {p50:6.1f} ms  p99 {p99:6.1f} ms  answered {answered * 100:5.1f} % of all messages"


def run(bench, chosen):
    good, bad = chosen.accounts, max(1, chosen.accounts // 20)
    rate = chosen.fleet_rate
    say(f"== Isolation: {good} good accounts, {rate:g} messages a second for them, alone and beside {bad} accounts whose "
        f"every call but the login is answered with 503; {chosen.rounds} rounds of {chosen.seconds:g} s each")
    simulator = bench.simulator(good + bad)
    server = bench.server(simulator, "weixind", "")
    add_accounts(server, 1, good)
    wait_until_online(server, good, 60 + good / 5)
    add_accounts(server, good + 1, good + bad)
    wait_until_online(server, good + bad, 60 + good / 5)
    ratios = {"p50": [], "p99": []}
    for number in range(1, chosen.rounds + 1):
        # The bad ones' messages come in both cases, and are answered in neither.
        command(server, range(good + 1, good + bad + 1), "pause")
        wait_until_online(server, good, 60)
        whole_rate = rate * (good + bad) / good
        alone = latencies(simulator, whole_rate, chosen.seconds)
        spoil(simulator, good + 1, good + bad)
        command(server, range(good + 1, good + bad + 1), "resume")
        beside = latencies(simulator, whole_rate, chosen.seconds)
        simulator.control.delete("/v1/faults")
        say(line("alone", alone))
        say(line("beside others", beside))
        for index, name in enumerate(ratios):
            ratios[name].append(beside[index] / max(alone[index], 0.01))
    bench.stop(server.process)
    bench.stop(simulator.process)
    for name, found in ratios.items():
        say(f"  {name}, beside over alone: median {median(found):.2f} of {listed(sorted(found), '{:.2f}')} "
            "(goal: at most 1.1)")
