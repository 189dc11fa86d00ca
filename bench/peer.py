"""weixind beside a published client of the same protocol, on the same weixinsim: --peer wechat4u."""
import sys
import time

from local_weixin import Process
from measure import (ROOT, add_accounts, cpu_seconds, ledger, resident_kib, say, start_load, wait_for_replies,
                     wait_until, wait_until_online)

sys.path.append(str(ROOT / "tests/interop"))
from node_client import environment

INTEROP = ROOT / "tests/interop"
FEW, MANY = 5, 25
SETTLE_SECONDS = 35
IDLE_SECONDS = 20
RATES = (10, 100)
RATE_SECONDS = 8
FLOOD_SECONDS = 5


class Weixind:
    name = "weixind"
    flood = 5000

    def start(self, bench, simulator, accounts):
        server = bench.server(simulator, f"weixind-{time.monotonic_ns()}", "[runtime]\nshards = 1\n")
        add_accounts(server, 1, accounts)
        wait_until_online(server, accounts, 60 + accounts)
        return server.process


class Wechat4u:
    name = "wechat4u"
    flood = 1000

    def start(self, bench, simulator, accounts):
        directory = bench.directory / f"wechat4u-{accounts}-{time.monotonic_ns()}"
        directory.mkdir(mode=0o700)
        # An event loop for each process is how these clients are run; all bots in one is in their favour.
        process = bench.keep(Process(
            "node", ["env", "-i", *(f"{k}={v}" for k, v in environment(simulator).items()), f"NODE_PATH={INTEROP / 'node_modules'}",
                     "node", "--require", str(INTEROP / "loopback_only.js"), str(ROOT / "bench/peer_bots.js"),
                     str(accounts)], directory))

        def is_ready():
            process.check()
            return "ready" in process.out()
        wait_until(is_ready, 60 + 2 * accounts, "wechat4u to log in")
        return process


def leave(bench, simulator, process):
    process.stop()
    bench.running.remove(process)
    simulator.control.post("/v1/sessions/end", {"all": True, "code": 1101})
    simulator.control.delete("/v1/ledger")


def idle(bench, simulator, what, accounts):
    """Resident KiB and the share of a core, of so many accounts to whom nobody writes."""
    process = what.start(bench, simulator, accounts)
    time.sleep(SETTLE_SECONDS)
    before, since = cpu_seconds(process.pid), time.monotonic()
    time.sleep(IDLE_SECONDS)
    cpu = (cpu_seconds(process.pid) - before) / (time.monotonic() - since)
    resident = resident_kib(process.pid)
    leave(bench, simulator, process)
    return resident, cpu


def loaded(bench, simulator, what):
    """Reply times at each rate, and the answers a second when there is always more to answer."""
    process = what.start(bench, simulator, MANY)
    found = {}
    for rate in RATES:
        simulator.control.delete("/v1/ledger")
        start_load(simulator, rate, RATE_SECONDS)
        time.sleep(RATE_SECONDS)
        result = wait_for_replies(simulator)
        found[rate] = (result["reply_p50_ms"], result["reply_p99_ms"], result["answered"], result["injected"])
    simulator.control.delete("/v1/ledger")
    start_load(simulator, what.flood, FLOOD_SECONDS)
    time.sleep(FLOOD_SECONDS)
    found["most"] = ledger(simulator)["answered"] / FLOOD_SECONDS
    leave(bench, simulator, process)
    return found


def run(bench, chosen):
    say(f"== Beside {chosen.peer}: {FEW} and {MANY} accounts in one process each, on the same weixinsim")
    simulator = bench.simulator(MANY)
    figures = {}
    for what in (Weixind(), Wechat4u()):
        few, _ = idle(bench, simulator, what, FEW)
        many, cpu = idle(bench, simulator, what, MANY)
        one, _ = idle(bench, simulator, what, 1)
        figures[what.name] = {"whole": one, "each": (many - few) / (MANY - FEW), "cpu": cpu / MANY, **loaded(bench, simulator, what)}
        f = figures[what.name]
        say(f"  {what.name:<9} one account {one} KiB, each further one {f['each']:.0f} KiB; idle CPU {f['cpu'] * 1e6:.0f} us/s an account")
        for rate in RATES:
            p50, p99, answered, injected = f[rate]
            say(f"  {'':<9} at {rate}/s: p50 {p50:.1f} ms, p99 {p99:.1f} ms, {answered} of {injected} answered")
        say(f"  {'':<9} most: {f['most']:.0f} echoes a second")
    ours, theirs = figures["weixind"], figures["wechat4u"]
    say(f"  {chosen.peer} over weixind: memory of a further account {theirs['each'] / max(ours['each'], 1):.1f}, idle CPU "
        f"{theirs['cpu'] / max(ours['cpu'], 1e-9):.1f}, p50 at {RATES[0]}/s {theirs[RATES[0]][0] / ours[RATES[0]][0]:.1f}, "
        f"at {RATES[1]}/s {theirs[RATES[1]][0] / ours[RATES[1]][0]:.1f}")
    say(f"  weixind over {chosen.peer}: most echoes a second {ours['most'] / max(theirs['most'], 1):.1f}")
    bench.stop(simulator.process)
