"""How soon all accounts are back online after a kill -9, without a scan."""
import signal
import time

from measure import add_accounts, say, wait_until_online

ACCOUNTS = 1_000


def codes_issued(server):
    text = server.metrics.get("/metrics").text
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines()
               if line.startswith("weixin_qr_codes_issued_total"))


def run(bench, chosen):
    say(f"== Recovery: {ACCOUNTS} accounts, kill -9, until all are online again")
    simulator = bench.simulator(ACCOUNTS)
    server = bench.server(simulator, "weixind")
    begin = time.monotonic()
    add_accounts(server, 1, ACCOUNTS)
    wait_until_online(server, ACCOUNTS, 60 + ACCOUNTS / 5)
    first = time.monotonic() - begin
    server.process.signal(signal.SIGKILL)
    server.process.wait()
    bench.running.remove(server.process)
    begin = time.monotonic()
    server = bench.server(simulator, "weixind")
    serving = time.monotonic() - begin
    wait_until_online(server, ACCOUNTS, 60 + ACCOUNTS / 5)
    again = time.monotonic() - begin
    say(f"  first logins {first:.1f} s; after the kill: serving after {serving:.2f} s, all online after {again:.1f} s, "
        f"new QR codes {codes_issued(server):g} (limits.reconnects_per_second = 1000)")
    bench.stop(server.process)
    bench.stop(simulator.process)
