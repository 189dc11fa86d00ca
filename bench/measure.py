"""What the measurements share: programs under test, what they use, and figures in words."""
import pathlib
import statistics
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from local_weixin import Process, Server, Simulator, UnixConnection, configuration, wait_until  # noqa: E402

PHONE_DELAY_MS = 20  # of a simulated person who scans and confirms


AS_FAST_AS_IT_GOES = """logins_per_second = 1000
reconnects_per_second = 1000
tls_handshakes_per_second = 10000
"""
AS_SHIPPED = ""


def say(text=""):
    print(text, flush=True)


def cpu_seconds(pid):
    """CPU time of all threads of a process so far, to the nanosecond where the kernel tells it so exactly."""
    try:
        tasks = list(pathlib.Path(f"/proc/{pid}/task").iterdir())
        return sum(int((t / "schedstat").read_text().split()[0]) for t in tasks) / 1e9
    except OSError:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / 100


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError(f"/proc/{pid}/status has no VmRSS")


def median(values):
    return statistics.median(values)


def listed(values, form):
    return " ".join(form.format(v) for v in values)


class Bench:
    """A temporary directory and the processes in it; all of them end with the block."""

    def __init__(self, programs):
        self.programs = programs
        self.running = []

    def __enter__(self):
        self.temporary = tempfile.TemporaryDirectory(prefix="weixind-bench-")
        self.directory = pathlib.Path(self.temporary.name)
        return self

    def __exit__(self, *_):
        for process in reversed(self.running):
            process.stop()
        self.temporary.cleanup()

    def keep(self, process):
        self.running.append(process)
        return process

    def stop(self, process):
        """Ends it now; what ends badly is told."""
        code = process.stop()
        self.running.remove(process)
        if code != 0:
            say(process.report())
        return code

    def simulator(self, users, *arguments, name="simulated"):
        directory = self.directory / name
        directory.mkdir(mode=0o700)
        simulator = Simulator(self.programs, directory, users, ["--auto", *arguments])
        self.keep(simulator.process)
        answer = simulator.control.call("PATCH", "/v1/options",
                                        {"scan_delay_ms": PHONE_DELAY_MS, "confirm_delay_ms": PHONE_DELAY_MS})
        if answer.status != 200:
            raise RuntimeError(f"weixinsim refused its options: {answer}")
        return simulator

    def server(self, simulator, name, extra="", program="weixind", limits=AS_FAST_AS_IT_GOES):
        """A weixind with pacing none and an echo bot for every account.

        `limits` is the table [limits], and `extra` begins inside it. The directory of that name is made unless it is
        there: then what is stored in it goes on.
        """
        directory = self.directory / name
        directory.mkdir(mode=0o700, exist_ok=True)
        tables = f'[log]\nlevel = "warn"\n[limits]\n{limits}'
        text = configuration(directory, simulator.address, simulator.ca_file, tables + extra)
        server = Server(self.programs, directory, text, program=program)
        self.keep(server.process)
        return server

    def floor(self, simulator, name, accounts):
        directory = self.directory / name
        directory.mkdir(mode=0o700)
        address, port = simulator.address.rsplit(":", 1)
        process = self.keep(Process(
            "echo_floor", [str(self.programs / "echo_floor"), "--address", address, "--port", port,
                           "--ca-file", simulator.ca_file, "--accounts", str(accounts)], directory))

        def is_ready():
            process.check()
            return "ready" in process.out()
        wait_until(is_ready, 60 + accounts / 5, "echo_floor to log in")
        return process


def add_accounts(server, first, last):
    for number in range(first, last + 1):
        answer = server.admin.post("/v1/accounts", {"name": f"account-{number:05}"})
        if answer.status != 201:
            raise RuntimeError(f"weixind refused an account: {answer}")


def wait_until_online(server, accounts, deadline):
    def are_online():
        server.process.check()
        return server.admin.get("/v1/status").json()["accounts"].get("online", 0) == accounts
    wait_until(are_online, deadline, f"{accounts} accounts to be online", interval=0.1)


def start_load(simulator, rate, seconds):
    answer = simulator.control.post("/v1/load", {"rate_per_second": rate, "seconds": seconds, "text": "hello {token}"})
    if answer.status != 202:
        raise RuntimeError(f"weixinsim refused the load: {answer}")


def ledger(simulator):
    simulator.process.check()
    return simulator.control.get("/v1/ledger").json()


def wait_for_replies(simulator, deadline=20):
    """The ledger once nothing is unanswered any more, or as it is after the deadline."""
    end = time.monotonic() + deadline
    while True:
        now = ledger(simulator)
        if now["unanswered"] == 0 or time.monotonic() > end:
            return now
        time.sleep(0.1)
