"""What the end-to-end tests share: a weixinsim and a weixind of their own for every test, and words for what people do.

Each test file is run by ctest (label e2e), several at a time: everything is on free loopback ports and in a temporary
directory. Run one by hand with WEIXIN_BIN_DIR=build/release/bin python3 tests/e2e/login_test.py [Class.test].
"""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import struct
import sys
import tempfile
import threading
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from local_weixin import Process, Server, Simulator, UnixConnection, configuration, wait_until  # noqa: E402

BIN = pathlib.Path(os.environ.get("WEIXIN_BIN_DIR", ROOT / "build/release/bin")).resolve()
PATIENCE = 60  # seconds; a deadline for what should take less than one


class Relay:
    """A cable between the server and the simulator that a test plugs in and pulls out."""

    def __init__(self, target):
        host, _, port = target.rpartition(":")
        self.target = (host, int(port))
        self.lock = threading.Lock()
        self.ends = []
        self.listener = self._reserve(0)

    @staticmethod
    def _reserve(port):
        """A port of our own that refuses connections: bound, but not listening."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        return listener

    @property
    def address(self):
        return f"127.0.0.1:{self.listener.getsockname()[1]}"

    def plug_in(self):
        self.listener.listen()
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def pull_out(self):
        """New connections are refused, present ones are reset."""
        port = self.listener.getsockname()[1]
        self.close()
        self.listener = self._reserve(port)

    def close(self):
        # Closing alone would leave the accepting thread, and with it the port, in the kernel.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for end in self.ends:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    end.shutdown(socket.SHUT_RDWR)
            self.ends.clear()

    def _accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.target)
            except OSError:
                near.close()
                continue
            with self.lock:
                self.ends += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._copy, args=(source, sink), daemon=True).start()

    @staticmethod
    def _copy(source, sink):
        with source:
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    sink.sendall(data)
            for end in (source, sink):
                with contextlib.suppress(OSError):
                    end.shutdown(socket.SHUT_RDWR)


def metric(text, name, **labels):
    """The sum of the samples of one metric that carry these labels."""
    total, found = 0.0, False
    for line in text.splitlines():
        if line.startswith("#") or not line.startswith(name):
            continue
        head, _, value = line.rpartition(" ")
        series, _, rest = head.partition("{")
        if series == name and all(f'{k}="{v}"' in rest for k, v in labels.items()):
            total += float(value)
            found = True
    return total if found else None


class EventStream:
    """A client of GET /v1/events."""

    def __init__(self, socket_path, query="", last_event_id=None):
        self.connection = UnixConnection(socket_path, PATIENCE)
        headers = {"Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        self.connection.request("GET", "/v1/events" + query, headers=headers)
        self.answer = self.connection.getresponse()
        if self.answer.status != 200:
            raise AssertionError(f"no event stream: {self.answer.status} {self.answer.read()!r}")
        # The first comment says that the subscription stands: what happens from now on is told.
        self.first_line = self.answer.readline()

    def next(self, event_type=None, **expected):
        """The next event of that type whose data has these members; others are passed over."""
        end = time.monotonic() + PATIENCE
        event = {}
        while time.monotonic() < end:
            line = self.answer.readline().decode("utf-8").rstrip("\r\n")
            if line:
                key, _, value = line.partition(":")
                if key:
                    event[key] = value.removeprefix(" ")
                continue
            if "data" in event:
                data = json.loads(event["data"])
                is_wanted = event_type is None or event.get("event") == event_type
                if is_wanted and all(data.get(k) == v for k, v in expected.items()):
                    return {"id": int(event["id"]), "event": event["event"], "data": data}
            event = {}
        raise AssertionError(f"no {event_type} event with {expected} came")

    def close(self):
        self.connection.close()


class Case(unittest.TestCase):
    """A test with a temporary directory, and a simulator and a server when it asks for them."""

    users = 2
    simulator_arguments = ("--hold", "2")
    bots = '["echo"]'
    push_login = False  # a session's end leads to a QR code
    extra_configuration = '[log]\nlevel = "debug"\n'
    starts_fleet = True
    allows_violations = False

    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="weixind-e2e-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.simulator = None
        self.server = None
        self.watched = []
        self.addCleanup(self._end)
        if self.starts_fleet:
            self.start_simulator()
            self.start_server()

    def run(self, result=None):
        problems = len(result.failures) + len(result.errors) if result is not None else 0
        self.reports = []
        done = super().run(result)
        if result is not None and len(result.failures) + len(result.errors) > problems:
            print("\n".join([f"--- {self.id()}"] + self.reports), file=sys.stderr)
        return done

    def _end(self):
        """Ends what runs, and holds every test to this: no crash, a clean end, no breach of the protocol."""
        server_process = self.server.process if self.server and self.server.admin else None
        was_running = server_process is not None and server_process.is_running()
        violations = None
        if self.simulator and self.simulator.process.is_running():
            violations = self.simulator.control.get("/v1/violations").json()
        code = server_process.stop() if was_running else None
        for process in self.watched:
            process.stop()
            self.reports.append(process.report(80))
        if was_running:
            self.assertEqual(code, 0, "weixind did not end well")
        if server_process is not None:
            self.assertNotIn("event=child.crashed", server_process.log())
        if violations is not None and not self.allows_violations:
            self.assertEqual(violations["total"], 0, violations)

    # -- processes ------------------------------------------------------------------------------------------------

    def watch(self, process):
        """Ends with the test; its log is shown when the test fails."""
        self.watched.append(process)
        return process

    def start_simulator(self, *arguments):
        self.simulator = Simulator(BIN, self.directory, self.users, [*self.simulator_arguments, *arguments])
        self.watch(self.simulator.process)
        self.control = self.simulator.control
        return self.simulator

    def configuration(self, connect_to=None, extra=None, directory=None, **options):
        return configuration(directory or self.directory, connect_to or self.simulator.address,
                             self.simulator.ca_file if self.simulator else "",
                             self.extra_configuration if extra is None else extra,
                             bots=options.pop("bots", self.bots), push_login=self.push_login, **options)

    def start_server(self, text=None):
        self.server = Server(BIN, self.directory, text or self.configuration())
        self.watch(self.server.process)
        self.admin = self.server.admin
        return self.server

    def run_program(self, name, *arguments, expect=None, environment=None, timeout=PATIENCE):
        """Runs a program to its end: (exit code, standard output, standard error)."""
        directory = self.directory / f"run-{len(list(self.directory.glob('run-*')))}"
        directory.mkdir()
        process = Process(name, [str(BIN / name), *map(str, arguments)], directory, environment)
        self.watch(process)
        code = process.wait(timeout)
        if expect is not None:
            self.assertEqual(code, expect, process.report())
        return code, process.out(), process.log()

    # -- the operator ---------------------------------------------------------------------------------------------

    def add(self, name, **body):
        answer = self.admin.post("/v1/accounts", {"name": name, **body})
        self.assertEqual(answer.status, 201, answer)
        return answer.json()

    def account(self, name):
        answer = self.admin.get(f"/v1/accounts/{name}")
        self.assertEqual(answer.status, 200, answer)
        return answer.json()

    def command(self, name, verb):
        answer = self.admin.post(f"/v1/accounts/{name}/{verb}")
        self.assertEqual(answer.status, 202, answer)
        return answer.json()

    def wait_for(self, condition, what, deadline=PATIENCE):
        try:
            return wait_until(condition, deadline, what)
        except TimeoutError as late:
            self.fail(str(late))

    def wait_for_state(self, name, state, deadline=PATIENCE):
        def reached():
            account = self.account(name)
            return account if account["state"] == state else None
        try:
            return wait_until(reached, deadline, state)
        except TimeoutError:
            self.fail(f"{name} did not become {state}: {self.account(name)}")

    def wait_for_code(self, name, other_than=None):
        """The QR code that waits for a phone."""
        def shown():
            answer = self.admin.get(f"/v1/accounts/{name}/qr")
            code = answer.json() if answer.status == 200 else None
            return code if code and code["uuid"] != other_than else None
        return self.wait_for(shown, f"a QR code of {name}")

    def problem(self, answer, status, code):
        """Asserts that the answer is that problem, and returns its members."""
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.headers["Content-Type"].split(";")[0], "application/problem+json")
        body = answer.json()
        self.assertEqual(body["code"], code, answer)
        self.assertEqual(body["status"], status, answer)
        return body

    def metrics(self):
        answer = self.server.metrics.get("/metrics")
        self.assertEqual(answer.status, 200)
        return answer.text

    # -- people with phones ---------------------------------------------------------------------------------------

    def phone(self, verb, uuid, **body):
        answer = self.control.post(f"/v1/logins/{uuid}/{verb}", body)
        self.assertEqual(answer.status, 200, answer)

    def log_in(self, name, user, other_than=None):
        code = self.wait_for_code(name, other_than)
        self.phone("scan", code["uuid"], user=user)
        self.phone("confirm", code["uuid"])
        return self.wait_for_state(name, "online")

    def add_online(self, name, user, **body):
        self.add(name, **body)
        return self.log_in(name, user)

    def inject(self, user, text="", **body):
        """Somebody writes to the user: the message as the simulator took it."""
        answer = self.control.post("/v1/messages", {"user": user, "text": text, **body})
        self.assertEqual(answer.status, 201, answer)
        return answer.json()["messages"][0]

    def ledger(self):
        return self.control.get("/v1/ledger").json()

    def wait_for_answers(self, deadline=PATIENCE):
        """All messages so far are answered exactly once."""
        self.wait_for(lambda: self.ledger()["unanswered"] == 0, "all replies", deadline)
        ledger = self.ledger()
        self.assertEqual((ledger["answered"], ledger["doubled"], ledger["misdirected"]), (ledger["injected"], 0, 0), ledger)
        return ledger

    def sent(self, user=0):
        return self.control.get(f"/v1/sent?user={user}").json()["sent"]

    def user(self, number):
        return self.control.get(f"/v1/users/{number}").json()

    def requests(self, endpoint):
        return self.ledger()["requests"].get(endpoint, 0)

    def fault(self, kind, endpoint="*", **body):
        answer = self.control.post("/v1/faults", {"kind": kind, "endpoint": endpoint, **body})
        self.assertEqual(answer.status, 201, answer)
        return answer.json()["id"]

    def end_session(self, user, code):
        answer = self.control.post("/v1/sessions/end", {"user": user, "code": code})
        self.assertEqual((answer.status, answer.json()["ended"]), (200, 1), answer)

    def events(self, query="", last_event_id=None):
        stream = EventStream(self.server.socket, query, last_event_id)
        self.addCleanup(stream.close)
        return stream

    def send_text(self, name, to, text):
        answer = self.admin.post(f"/v1/accounts/{name}/messages", {"to": to, "text": text})
        self.assertEqual(answer.status, 202, answer)
        return answer.json()["id"]

    def wait_for_send(self, name, send_id, state):
        def settled():
            record = self.admin.get(f"/v1/accounts/{name}/outbox/{send_id}").json()
            return record if record["state"] == state else None
        try:
            return wait_until(settled, PATIENCE, state)
        except TimeoutError:
            self.fail(f"the send is {self.admin.get(f'/v1/accounts/{name}/outbox/{send_id}').json()}")


def main():
    unittest.main(verbosity=2)
