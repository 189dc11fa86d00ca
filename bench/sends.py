"""How many sends a second are accepted when each is synced to the disk before its caller is answered."""
import os
import tempfile
import threading
import time

from measure import UnixConnection, cpu_seconds, say

CALLERS = 32
SECONDS = 5


def syncs_per_second(directory):
    """What the disk does alone: 4 KiB written and synced, one after the other."""
    with tempfile.NamedTemporaryFile(dir=directory) as file:
        count, end = 0, time.monotonic() + 2
        while time.monotonic() < end:
            os.pwrite(file.fileno(), b"x" * 4096, count * 4096)
            os.fdatasync(file.fileno())
            count += 1
        return count / 2


class Caller(threading.Thread):
    """Posts one send after the other on a connection of its own."""

    def __init__(self, socket, account, until):
        super().__init__(daemon=True)
        self.socket, self.account, self.until = socket, account, until
        self.accepted, self.refused = 0, {}

    def run(self):
        connection = UnixConnection(self.socket, 30)
        while time.monotonic() < self.until:
            connection.request("POST", f"/v1/accounts/{self.account}/messages", b'{"to":"filehelper","text":"hello"}',
                               {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            if answer.status == 202:
                self.accepted += 1
            else:
                self.refused[answer.status] = self.refused.get(answer.status, 0) + 1
        connection.close()


def run(bench, chosen):
    say(f"== Sends: accepted a second with durability = power, {CALLERS} callers on the admin socket, {SECONDS} s")
    simulator = bench.simulator(CALLERS)
    server = bench.server(simulator, "weixind")
    for number in range(CALLERS):
        # Paused: what is accepted is stored and waits, so that only accepting is measured.
        server.admin.post("/v1/accounts", {"name": f"account-{number}", "bots": []})
        server.admin.post(f"/v1/accounts/account-{number}/pause")
    before = cpu_seconds(server.process.pid)
    until = time.monotonic() + SECONDS
    callers = [Caller(server.socket, f"account-{n}", until) for n in range(CALLERS)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    used = cpu_seconds(server.process.pid) - before
    accepted = sum(c.accepted for c in callers)
    refused = {status: sum(c.refused.get(status, 0) for c in callers) for c in callers for status in c.refused}
    alone = syncs_per_second(bench.directory)
    say(f"  accepted {accepted / SECONDS:.0f} a second, refused {refused or 0}; "
        f"{used * 1e6 / max(accepted, 1):.0f} us of CPU each")
    say(f"  the disk alone syncs {alone:.0f} times a second: ratio {accepted / SECONDS / alone:.1f}")
    bench.stop(server.process)
    bench.stop(simulator.process)
