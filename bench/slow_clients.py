"""What slow strangers at the API's listener cost everybody else: an honest client's answers, and memory of weixind."""
import contextlib
import selectors
import socket
import statistics
import threading
import time

from local_weixin import tcp_client
from measure import resident_kib, say
from uploads import Watch

STRANGERS = 1000
BYTE_EVERY = 10.0  # seconds
SECONDS = 60
ASK_EVERY = 0.05


class Strangers(threading.Thread):
    """Keeps so many connections open, each of which says one byte of a head now and then; one that the server closes
    comes back at once."""

    def __init__(self, address):
        super().__init__(daemon=True)
        host, port = address.rsplit(":", 1)
        self.address = (host, int(port))
        self.over = threading.Event()
        self.selector = selectors.DefaultSelector()
        self.opened = self.closed = self.longest = 0
        self.connections = {}

    def connect(self):
        connection = socket.socket()
        connection.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            connection.connect(self.address)
        now = time.monotonic()
        self.connections[connection] = [now, now]  # since when, and when it says its next byte
        self.selector.register(connection, selectors.EVENT_READ)
        self.opened += 1

    def drop(self, connection):
        self.longest = max(self.longest, time.monotonic() - self.connections.pop(connection)[0])
        self.selector.unregister(connection)
        connection.close()
        self.closed += 1

    def run(self):
        while not self.over.is_set():
            for _ in range(min(20, STRANGERS - len(self.connections))):
                self.connect()
            for key, _ in self.selector.select(0.02):
                with contextlib.suppress(BlockingIOError):
                    try:
                        ended = not key.fileobj.recv(65536)
                    except ConnectionError:
                        ended = True
                    if ended:
                        self.drop(key.fileobj)
            now = time.monotonic()
            for connection in [c for c, (_, due) in self.connections.items() if due <= now]:
                self.connections[connection][1] = now + BYTE_EVERY
                with contextlib.suppress(OSError):
                    connection.send(b"G")
        for connection in self.connections:
            connection.close()

    def end(self):
        self.over.set()
        self.join()


def ask(client, token, seconds):
    """Honest calls, each on a connection of its own: how long each took, and how many were not served."""
    took, refused, end = [], 0, time.monotonic() + seconds
    while time.monotonic() < end:
        begun = time.monotonic()
        try:
            answer = client.get("/v1/status", headers={"Authorization": f"Bearer {token}"}, timeout=30)
            refused += answer.status != 200
        except OSError:
            refused += 1
        took.append(time.monotonic() - begun)
        time.sleep(ASK_EVERY)
    return took, refused


def p99(values):
    return statistics.quantiles(values, n=100)[98]


def run(bench, _chosen):
    say(f"== Slow clients: {STRANGERS} connections to the API's listener, a byte every {BYTE_EVERY:.0f} s, for {SECONDS} s")
    simulator = bench.simulator(1)
    server = bench.server(simulator, "weixind", '[api]\nlisten = "127.0.0.1:0"\n')
    address = server.admin.get("/v1/status").json()["api_listen"]
    token = server.admin.post("/v1/tokens", {"name": "bench", "scope": "read"}).json()["token"]
    client = tcp_client(address)
    alone, _ = ask(client, token, 5)
    before = resident_kib(server.process.pid)
    watch, strangers = Watch(server.process.pid), Strangers(address)
    watch.start()
    strangers.start()
    took, refused = ask(client, token, SECONDS)
    strangers.end()
    most = watch.end()
    say(f"  honest calls: p50 {statistics.median(took) * 1000:.1f} ms, p99 {p99(took) * 1000:.1f} ms, longest "
        f"{max(took) * 1000:.1f} ms, {refused} of {len(took)} not served (alone: p99 {p99(alone) * 1000:.1f} ms; goal: p99 below 1000 ms)")
    say(f"  strangers: {strangers.opened} connections, {strangers.closed} closed by the server, the longest after "
        f"{strangers.longest:.1f} s (goal: its deadline of 5 s)")
    say(f"  resident {before / 1024:.1f} MiB before, {most / 1024:.1f} MiB at most: {(most - before) / 1024:+.1f} MiB (goal: at most +64)")
    bench.stop(server.process)
    bench.stop(simulator.process)
