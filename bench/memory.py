"""Resident memory per idle online account: the difference between few and many accounts in one weixind."""
import time

from measure import add_accounts, cpu_seconds, resident_kib, say, wait_until_online

# Connections that only a login needs are closed after 30 s without a call, and a long poll is held for 25 s.
SETTLE_SECONDS = 45


def settle(server):
    time.sleep(SETTLE_SECONDS)
    server.process.check()
    return resident_kib(server.process.pid)


def run(bench, chosen):
    few, many = chosen.few, chosen.many
    say(f"== Memory: resident KiB per idle online account, between {few} and {many} accounts "
        f"({chosen.contacts} contacts and 3 chatrooms each)")
    simulator = bench.simulator(many, "--contacts", str(chosen.contacts))
    server = bench.server(simulator, "weixind", "")
    start = resident_kib(server.process.pid)
    add_accounts(server, 1, few)
    wait_until_online(server, few, 60 + few / 5)
    at_few = settle(server)
    add_accounts(server, few + 1, many)
    wait_until_online(server, many, 60 + many / 5)
    at_many = settle(server)
    before, since = cpu_seconds(server.process.pid), time.monotonic()
    time.sleep(10)
    idle_cpu = (cpu_seconds(server.process.pid) - before) / (time.monotonic() - since)
    states = dict(server.states())
    say(f"  without accounts {start} KiB, with {few} {at_few} KiB, with {many} {at_many} KiB")
    say(f"  per account: {(at_many - at_few) / (many - few):.1f} KiB (goal: at most 120); "
        f"idle CPU with {many} accounts {idle_cpu * 100:.2f} % of a core; states {states}")
    bench.stop(server.process)
    bench.stop(simulator.process)
