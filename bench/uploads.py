"""What a large file costs on its way out: memory of weixind, and time."""
import os
import threading
import time

from measure import add_accounts, cpu_seconds, resident_kib, say, wait_until, wait_until_online

FILE_MIB = 200
DEADLINE = 600


class Watch(threading.Thread):
    """The most memory that a process had since the watch began."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.most, self.over = pid, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.005):
            self.most = max(self.most, resident_kib(self.pid))

    def end(self):
        self.over.set()
        self.join()
        return self.most


def send(server, path):
    answer = server.admin.post("/v1/accounts/account-00001/messages", {"to": "filehelper", "file": {"path": str(path)}},
                               timeout=DEADLINE)
    if answer.status != 202:
        raise RuntimeError(f"weixind refused the file: {answer}")
    send_id = answer.json()["id"]

    def is_settled():
        server.process.check()
        now = server.admin.get(f"/v1/accounts/account-00001/outbox/{send_id}").json()
        return now if now["state"] not in ("queued", "attempting") else None
    now = wait_until(is_settled, DEADLINE, "the file to be sent")
    if now["state"] != "sent":
        raise RuntimeError(f"the file was not sent: {now}")


def run(bench, _chosen):
    say(f"== Upload: a file of {FILE_MIB} MiB by its path, in chunks of 512 KiB")
    outgoing = bench.directory / "outgoing"
    outgoing.mkdir()
    (outgoing / "small.bin").write_bytes(os.urandom(1 << 20))
    with open(outgoing / "large.bin", "wb") as file:
        for _ in range(FILE_MIB):
            file.write(os.urandom(1 << 20))
    simulator = bench.simulator(1)
    server = bench.server(simulator, "weixind",
                          f'[sends]\nallowed_paths = ["{outgoing}"]\nmax_file_bytes = {512 << 20}\n')
    add_accounts(server, 1, 1)
    wait_until_online(server, 1, 30)
    send(server, outgoing / "small.bin")  # what the first upload needs once is no part of the measurement
    before, used, begun = resident_kib(server.process.pid), cpu_seconds(server.process.pid), time.monotonic()
    watch = Watch(server.process.pid)
    watch.start()
    send(server, outgoing / "large.bin")
    most, took = watch.end(), time.monotonic() - begun
    used = cpu_seconds(server.process.pid) - used
    say(f"  resident {before / 1024:.1f} MiB before, {most / 1024:.1f} MiB at most: {(most - before) / 1024:+.1f} MiB "
        "(goal: at most +8)")
    say(f"  {took:.1f} s from the call to Weixin's answer, {FILE_MIB / took:.0f} MiB a second; weixind {used:.1f} s of CPU")
    bench.stop(server.process)
    bench.stop(simulator.process)
