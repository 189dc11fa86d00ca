"""weixinsim and weixind as two processes on this machine: what scripts/demo and the end-to-end tests share.

Everything is on loopback and in one temporary directory. Standard library only.
"""
import collections
import http.client
import json
import os
import pathlib
import signal
import socket
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
START_DEADLINE = 60  # seconds; generous, for sanitizers on a busy machine
STOP_DEADLINE = 20


class ProcessDied(Exception):
    """A child ended that should run. `report` is for people: which, how, and the end of its log."""

    def __init__(self, process):
        self.report = process.report()
        super().__init__(self.report)


class Process:
    """A child in a session of its own, so that Ctrl-C reaches only its parent, which ends it in order."""

    def __init__(self, name, command, directory, environment=None):
        self.name = name
        self.log_path = pathlib.Path(directory) / f"{name}.log"
        self.out_path = pathlib.Path(directory) / f"{name}.out"
        env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy")}
        env.update(WEIXIND_LOOPBACK_ONLY="1", **(environment or {}))
        with open(self.log_path, "ab") as log, open(self.out_path, "ab") as out:
            # Not by a preexec_fn, which can hang in the child when this process has threads.
            self.child = subprocess.Popen(["setpriv", "--pdeathsig", "TERM", *command], cwd=directory, env=env,
                                          stdin=subprocess.DEVNULL, stdout=out, stderr=log, start_new_session=True)

    @property
    def pid(self):
        return self.child.pid

    def is_running(self):
        return self.child.poll() is None

    def check(self):
        if not self.is_running():
            raise ProcessDied(self)

    def log(self):
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def out(self):
        return self.out_path.read_text(encoding="utf-8", errors="replace")

    def report(self, lines=25):
        code = self.child.returncode
        end = "is running" if code is None else f"ended with {code}" if code >= 0 else f"was ended by signal {-code}"
        tail = (self.out() + self.log()).splitlines()[-lines:]
        return "\n".join([f"{self.name} {end}; the end of its log:"] + ["  " + line for line in tail])

    def signal(self, number):
        if self.is_running():
            self.child.send_signal(number)

    def freeze(self):
        """SIGSTOP. Returns once every thread stands: until then they may still answer."""
        self.signal(signal.SIGSTOP)

        def stands(task):
            return (task / "stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] == "T"
        wait_until(lambda: all(map(stands, pathlib.Path(f"/proc/{self.pid}/task").iterdir())), STOP_DEADLINE,
                   f"{self.name} to stand still", interval=0.01)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def wait(self, deadline=STOP_DEADLINE):
        return self.child.wait(deadline)

    def stop(self, deadline=STOP_DEADLINE):
        """SIGTERM, and SIGKILL for one that does not go. Returns the exit code."""
        self.signal(signal.SIGTERM)
        try:
            return self.child.wait(deadline)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return self.child.wait()


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout):
        super().__init__("weixind", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self.path))


class Client:
    """HTTP calls to one server, each on a connection of its own."""

    def __init__(self, connect):
        self.connect = connect

    def call(self, method, target, body=None, headers=None, timeout=30):
        connection = self.connect(timeout)
        fields = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
            fields.setdefault("Content-Type", "application/json")
        if isinstance(body, str):
            body = body.encode()
        try:
            connection.request(method, target, body, fields)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, target, **options):
        return self.call("GET", target, **options)

    def post(self, target, body=None, **options):
        return self.call("POST", target, body, **options)

    def delete(self, target, **options):
        return self.call("DELETE", target, **options)

    def patch(self, target, body, **options):
        return self.call("PATCH", target, body, **options)


def unix_client(path):
    return Client(lambda timeout: UnixConnection(path, timeout))


def tcp_client(address):
    host, port = address.rsplit(":", 1)
    return Client(lambda timeout: http.client.HTTPConnection(host.strip("[]"), int(port), timeout=timeout))


def wait_until(condition, deadline, what, interval=0.02):
    """The first true value of `condition`, asked again and again; TimeoutError when there is none in time."""
    end = time.monotonic() + deadline
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimeoutError(f"waited {deadline} s in vain for {what}; the last answer was {value!r}")
        time.sleep(interval)


class Simulator:
    """A running weixinsim."""

    def __init__(self, programs, directory, users, arguments=(), environment=None):
        self.directory = pathlib.Path(directory) / "weixinsim"
        self.directory.mkdir(mode=0o700, exist_ok=True)
        self.process = Process(
            "weixinsim",
            [str(pathlib.Path(programs) / "weixinsim"), "--dir", str(self.directory), "--listen", "127.0.0.1:0",
             "--control", "127.0.0.1:0", "--users", str(users), *arguments],
            directory, environment)
        try:
            ready = wait_until(self._announcement, START_DEADLINE, "weixinsim to listen")
        except BaseException:
            self.process.stop()
            raise
        self.address = ready["listen"]
        self.control_address = ready["control"]
        self.ca_file = ready["ca_file"]
        self.control = tcp_client(self.control_address)

    def _announcement(self):
        self.process.check()
        try:
            return json.loads((self.directory / "weixinsim.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None


class Server:
    """A running weixind, or one that refused to start: then `admin` is None and `process` tells why."""

    def __init__(self, programs, directory, configuration, environment=None, expect_start=True, program="weixind"):
        self.directory = pathlib.Path(directory)
        self.socket = self.directory / "admin.sock"
        self.config_path = self.directory / "weixind.toml"
        self.config_path.write_text(configuration, encoding="utf-8")
        self.process = Process("weixind", [str(pathlib.Path(programs) / program), "--config", str(self.config_path)],
                               directory, environment)
        self.admin = None
        if not expect_start:
            return
        self.admin = unix_client(self.socket)
        try:
            self.metrics_address = wait_until(self._is_ready, START_DEADLINE, "weixind to be ready")["metrics_listen"]
        except BaseException:
            self.process.stop()
            raise
        self.metrics = tcp_client(self.metrics_address)

    def _is_ready(self):
        self.process.check()
        try:
            answer = self.admin.get("/v1/status")
        except (FileNotFoundError, ConnectionError):
            return None
        status = answer.json() if answer.status == 200 else {}
        return status if status.get("ready") else None

    def accounts(self):
        return self.admin.get("/v1/accounts").json()["accounts"]

    def states(self):
        return collections.Counter(a["state"] for a in self.accounts())


def configuration(directory, simulator_address, ca_file, extra="", pacing="none", bots='["echo"]',
                  push_login=True):
    """A weixind.toml for a server that talks to the simulator. `extra` are further tables."""
    directory = pathlib.Path(directory)
    return f"""data_dir = "{directory / 'data'}"

[admin]
socket = "{directory / 'admin.sock'}"
requests_per_second = 100000

[metrics]
listen = "127.0.0.1:0"

[network]
connect_to = "{simulator_address}"
ca_file = "{ca_file}"

[webwx]
push_login = {str(push_login).lower()}

[pacing]
profile = "{pacing}"

[bots.echo]
type = "echo"

[defaults]
bots = {bots}

{extra}"""
