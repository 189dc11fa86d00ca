"""Many accounts in one weixind, all online, all answering: how long they need, what they answer, whether one flaps."""
import time

from measure import (add_accounts, cpu_seconds, ledger, resident_kib, say, start_load, wait_for_replies,
                     wait_until_online)


def state_changes(server):
    """How many changes of state there were so far, of all accounts."""
    text = server.metrics.get("/metrics").text
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines()
               if line.startswith("weixin_account_state_changes_total{"))


def spread(values):
    ordered = sorted(values)
    return f"least {ordered[0]}, median {ordered[len(ordered) // 2]}, most {ordered[-1]}"


def run(bench, chosen):
    wanted = chosen.many
    say(f"== Fleet: {wanted} accounts in one weixind against one weixinsim, {chosen.fleet_rate:g} messages a second "
        f"for {chosen.fleet_seconds:g} s")
    simulator = bench.simulator(wanted)
    server = bench.server(simulator, "weixind", "")
    begin = time.monotonic()
    add_accounts(server, 1, wanted)
    added = time.monotonic() - begin
    wait_until_online(server, wanted, 60 + wanted / 5)
    say(f"  all added after {added:.1f} s, all online after {time.monotonic() - begin:.1f} s")

    simulator.control.delete("/v1/ledger")
    changes = state_changes(server)
    cpu = {p.name: cpu_seconds(p.pid) for p in (server.process, simulator.process)}
    start_load(simulator, chosen.fleet_rate, chosen.fleet_seconds)
    began = time.monotonic()
    least_online = wanted
    while (passed := time.monotonic() - began) < chosen.fleet_seconds:
        states = server.admin.get("/v1/status").json()["accounts"]
        least_online = min(least_online, states.get("online", 0))
        if int(passed) % 10 == 0:
            now = ledger(simulator)
            say(f"  t={passed:3.0f}s states={states} injected={now['injected']} answered={now['answered']}")
        time.sleep(1)
    used = {p.name: (cpu_seconds(p.pid) - cpu[p.name]) / (time.monotonic() - began)
            for p in (server.process, simulator.process)}
    result = wait_for_replies(simulator)
    accounts = server.accounts()
    say(f"  injected {result['injected']}, answered {result['answered']}, lost {result['unanswered']}, "
        f"doubled {result['doubled']}, misdirected {result['misdirected']}, breaches {result['violations']}")
    say(f"  reply latency: p50 {result['reply_p50_ms']:.1f} ms, p99 {result['reply_p99_ms']:.1f} ms")
    say(f"  answers of an account: {spread([a['messages_out'] for a in accounts])}")
    say(f"  online all the time: at least {least_online} of {wanted}; changes of state {state_changes(server) - changes:g}, "
        f"restarts {sum(a['restarts'] for a in accounts)}")
    say("  CPU: " + ", ".join(f"{name} {share * 100:.0f} % of a core" for name, share in used.items())
        + f"; weixind resident {resident_kib(server.process.pid) / 1024:.0f} MiB")
    bench.stop(server.process)
    bench.stop(simulator.process)
