"""From exec to serving, with weeks of work in the store."""
import subprocess
import time

from measure import say, wait_until

ACCOUNTS, MESSAGES, QUEUED = 100, 1_000_000, 10_000


def run(bench, chosen):
    say(f"== Start: until weixind serves, with {ACCOUNTS} accounts, {MESSAGES:,} stored messages and {QUEUED:,} queued sends")
    simulator = bench.simulator(1)
    empty = time.monotonic()
    server = bench.server(simulator, "empty")
    empty = time.monotonic() - empty
    bench.stop(server.process)
    directory = bench.directory / "weixind"
    directory.mkdir(mode=0o700)
    subprocess.run([str(bench.programs / "fill_store"), str(directory / "data"), "--accounts", str(ACCOUNTS), "--messages",
                    str(MESSAGES), "--queued", str(QUEUED)], check=True)
    size = sum(f.stat().st_size for f in (directory / "data").iterdir() if f.is_file())
    full = time.monotonic()
    server = bench.server(simulator, "weixind")
    full = time.monotonic() - full
    begin = time.monotonic()
    wait_until(lambda: sum(a["queue"] for a in server.accounts()) == QUEUED, 60, "the queued sends")
    found = full + time.monotonic() - begin
    say(f"  database {size / 2**20:.0f} MiB; serving after {full:.2f} s (goal: under 2 s), with an empty store after "
        f"{empty:.2f} s: ratio {full / empty:.1f}; all queued sends found again after {found:.2f} s")
    bench.stop(server.process)
    bench.stop(simulator.process)
