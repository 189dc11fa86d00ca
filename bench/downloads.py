"""What a large received file costs in memory: weixind's resident set while it fetches one, and while it hands it out."""
import threading
import time

from measure import UnixConnection, say, wait_until, wait_until_online

MIB = 1024 * 1024
FILE_BYTES = 200 * 1000 * 1000
GOAL_MIB = 8


def resident_bytes(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        for line in status:
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS")


class Watch(threading.Thread):
    """Remembers the largest resident set until it is stopped."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.stopped = pid, 0, threading.Event()

    def run(self):
        while not self.stopped.is_set():
            self.most = max(self.most, resident_bytes(self.pid))
            self.stopped.wait(0.005)

    def stop(self):
        self.stopped.set()
        self.join()
        return self.most


def grown(server, work):
    """How much the resident set grew at most while `work` ran, and how long that took."""
    before = resident_bytes(server.process.pid)
    watch = Watch(server.process.pid)
    watch.start()
    began = time.monotonic()
    work()
    took = time.monotonic() - began
    return max(watch.stop() - before, 0), took


def say_growth(what, size, growth, took):
    say(f"  {what} {size / MIB:.0f} MiB in {took:.1f} s ({size / MIB / took:.0f} MiB/s): at most "
        f"{growth / MIB:.1f} MiB more resident (goal: at most {GOAL_MIB})")


def run(bench, chosen):
    del chosen
    say(f"== Media in: resident memory while a file of {FILE_BYTES / MIB:.0f} MiB is fetched, then read by a caller")
    simulator = bench.simulator(1)
    server = bench.server(simulator, "weixind", "[media]\nmax_file_bytes = 250000000\n")
    server.admin.post("/v1/accounts", {"name": "account-1", "bots": [], "media": "all"})
    wait_until_online(server, 1, 60)

    def fetch(size):
        answer = simulator.control.post("/v1/messages", {"user": 1, "kind": "file", "title": "large.bin", "bytes": size,
                                                         "accounted": False})
        if answer.status != 201:
            raise RuntimeError(f"weixinsim refused the file: {answer}")
        msg_id = answer.json()["messages"][0]["msg_id"]

        def is_there():
            found = server.admin.get(f"/v1/accounts/account-1/messages/{msg_id}/media")
            if found.status == 200 and found.json()["state"] == "failed":
                raise RuntimeError(f"the file was not fetched: {found.json()}")
            return found.status == 200 and found.json()["state"] == "available"
        wait_until(is_there, 300, "the file")
        return msg_id

    def read(msg_id):
        connection = UnixConnection(server.socket, 60)
        connection.request("GET", f"/v1/accounts/account-1/messages/{msg_id}/media/content")
        answer = connection.getresponse()
        got = 0
        while piece := answer.read(MIB):
            got += len(piece)
        connection.close()
        if got != FILE_BYTES:
            raise RuntimeError(f"{got} bytes came instead of {FILE_BYTES}")

    # What the first file of any size needs, such as a connection and its buffers, is needed once.
    fetch(1000)
    ids = []
    growth, took = grown(server, lambda: ids.append(fetch(FILE_BYTES)))
    say_growth("fetched", FILE_BYTES, growth, took)
    growth, took = grown(server, lambda: read(ids[0]))
    say_growth("handed out", FILE_BYTES, growth, took)
    bench.stop(server.process)
    bench.stop(simulator.process)
