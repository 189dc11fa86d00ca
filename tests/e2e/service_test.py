#!/usr/bin/env python3
"""weixind as a service: what the service manager hears, the limits it works within, and what it refuses at its door."""
import json
import os
import resource
import signal
import socket
import time

from harness import BIN, PATIENCE, Case, main
from local_weixin import Server, UnixConnection, unix_client

FOR_SANITIZERS = {"LD_LIBRARY_PATH", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"}


class Manager:
    """Listens where sd_notify sends to."""

    def __init__(self, directory):
        self.path = str(directory / "notify.sock")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.path)
        self.heard = []

    def hear(self, deadline=PATIENCE):
        """The next message as a dictionary, or None when none comes in time."""
        self.socket.settimeout(deadline)
        try:
            text = self.socket.recv(4096).decode()
        except TimeoutError:
            return None
        message = dict(line.split("=", 1) for line in text.splitlines())
        self.heard.append(message)
        return message

    def hear_until(self, key, value=None):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            message = self.hear()
            if message and key in message and (value is None or message[key] == value):
                return message
        raise AssertionError(f"never heard {key}={value}; heard {self.heard[-10:]}")

    def hear_no_more(self, quiet=0.5):
        """Waits until nothing has come for so long."""
        while self.hear(quiet):
            pass


class ServiceManager(Case):
    starts_fleet = False

    def setUp(self):
        super().setUp()
        self.manager = Manager(self.directory)
        self.addCleanup(self.manager.socket.close)

    def start(self, watchdog_ms=None):
        self.start_simulator()
        environment = {"NOTIFY_SOCKET": self.manager.path}
        if watchdog_ms:
            environment["WATCHDOG_USEC"] = str(watchdog_ms * 1000)
        self.server = Server(BIN, self.directory, self.configuration(), environment)
        self.watch(self.server.process)
        self.admin = self.server.admin

    def test_hears_of_readiness_when_the_api_answers_and_of_the_end(self):
        self.start_simulator()
        self.server = Server(BIN, self.directory, self.configuration(), {"NOTIFY_SOCKET": self.manager.path},
                             expect_start=False)
        self.watch(self.server.process)
        self.assertEqual(self.manager.hear(), {"READY": "1", "STATUS": "0 accounts"})
        # Not a moment earlier: the very first call is answered.
        connection = UnixConnection(self.server.socket, PATIENCE)
        connection.request("GET", "/v1/status")
        self.assertTrue(json.loads(connection.getresponse().read())["ready"])
        connection.close()
        self.server.process.signal(signal.SIGTERM)
        self.manager.hear_until("STOPPING", "1")
        self.assertEqual(self.server.process.wait(), 0)
        self.assertIsNone(self.manager.hear(0.1))

    def test_hears_nothing_of_readiness_from_a_server_that_cannot_start(self):
        (self.directory / "data").mkdir(mode=0o700)
        (self.directory / "data" / "weixind.db").write_bytes(b"this is no database" * 300)
        self.start_simulator()
        self.server = Server(BIN, self.directory, self.configuration(), {"NOTIFY_SOCKET": self.manager.path},
                             expect_start=False)
        self.watch(self.server.process)
        self.assertNotEqual(self.server.process.wait(), 0)
        self.assertIsNone(self.manager.hear(0.1))

    def test_is_told_the_accounts_by_state(self):
        self.start(watchdog_ms=300)
        self.add_online("shop-01", 1)
        self.manager.hear_until("STATUS", "1 account: online 1")

    def test_is_fed_while_the_process_turns_and_not_while_it_stands(self):
        self.start(watchdog_ms=300)
        for _ in range(3):
            self.manager.hear_until("WATCHDOG", "1")
        self.server.process.freeze()
        self.manager.hear_no_more()
        self.server.process.thaw()
        self.manager.hear_until("WATCHDOG", "1")
        self.assertEqual(self.server.process.stop(), 0)
        last = [m for m in iter(lambda: self.manager.hear(0.1), None)]
        after = last[[("STOPPING" in m) for m in last].index(True):]
        self.assertEqual(after, [{"STOPPING": "1"}], "who is stopping is not fed any more")

    def test_hears_of_a_reload(self):
        self.start()
        self.manager.hear_until("READY")
        self.server.process.signal(signal.SIGHUP)
        self.assertIn("MONOTONIC_USEC", self.manager.hear_until("RELOADING", "1"))
        self.manager.hear_until("READY", "1")

    def test_is_not_missed(self):
        self.start_simulator()
        self.start_server()
        self.add_online("shop-01", 1)
        self.assertEqual(self.server.process.stop(), 0)


class PassedSocket(Case):
    """Socket activation: the service manager listens, weixind takes over."""

    starts_fleet = False

    def start_with(self, paths, expect_start=True):
        """weixind as systemd starts it, which has listened on these paths before."""
        programs = self.directory / "programs"
        programs.mkdir(exist_ok=True)
        program = programs / "weixind"
        program.write_text(f"""#!/usr/bin/env python3
import os, socket, sys
made = []
for number, path in enumerate({[str(p) for p in paths]}):
    if os.path.exists(path):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    os.chmod(path, 0o660)
    listener.listen(16)
    made.append(os.dup(listener.fileno()) if listener.fileno() < 10 else listener.detach())
high = [os.dup2(d, 50 + i, inheritable=False) for i, d in enumerate(made)]
for i, d in enumerate(high):
    os.dup2(d, 3 + i, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(made)))
os.execv("{BIN}/weixind", ["weixind"] + sys.argv[1:])
""", encoding="utf-8")
        program.chmod(0o755)
        if self.simulator is None:
            self.start_simulator()
        self.server = Server(programs, self.directory, self.configuration(), expect_start=expect_start)
        self.watch(self.server.process)
        self.admin = self.server.admin

    def refused(self, paths):
        self.start_with(paths, expect_start=False)
        self.assertEqual(self.server.process.wait(), 78)
        return self.server.process.log_path.read_text(encoding="utf-8")

    def test_is_taken_over_and_left_behind(self):
        path = self.directory / "admin.sock"
        self.start_with([path])
        self.add_online("shop-01", 1)
        taken = path.stat()
        self.assertEqual(self.server.process.stop(), 0)
        self.assertEqual(path.stat().st_ino, taken.st_ino, "it is the service manager's")

    def test_of_systemd_s_own_program_is_taken_over_at_the_first_call(self):
        programs = self.directory / "programs"
        programs.mkdir()
        program = programs / "weixind"
        path = self.directory / "admin.sock"
        # It gives nothing of its environment on but what it is told to.
        passed_on = " ".join(f"--setenv {name}" for name in {"WEIXIND_LOOPBACK_ONLY"} | (FOR_SANITIZERS & os.environ.keys()))
        program.write_text(f'#!/bin/sh\nexec systemd-socket-activate --listen "{path}" {passed_on} "{BIN}/weixind" "$@"\n',
                           encoding="utf-8")
        program.chmod(0o755)
        self.start_simulator()
        server = Server(programs, self.directory, self.configuration(), expect_start=False)
        self.watch(server.process)
        self.wait_for(path.exists, "systemd to listen")
        self.assertNotIn("server.ready", server.process.log())
        self.assertEqual(unix_client(path).get("/v1/status").status, 200, "who calls first waits, and is answered")
        taken = path.stat()
        self.assertEqual(server.process.stop(), 0)
        self.assertEqual(path.stat().st_ino, taken.st_ino)

    def test_stands_beside_the_listener_by_tcp(self):
        self.extra_configuration = '[api]\nlisten = "127.0.0.1:0"\n'
        self.start_with([self.directory / "admin.sock"])
        self.assertRegex(self.admin.get("/v1/status").json()["api_listen"], r"^127\.0\.0\.1:[1-9]")

    def test_of_another_path_is_refused_with_both_names(self):
        other = self.directory / "other.sock"
        said = self.refused([other])
        self.assertIn(str(other), said)
        self.assertIn(str(self.directory / "admin.sock"), said)

    def test_is_one_and_no_more(self):
        self.assertIn("passed 2 sockets", self.refused([self.directory / "admin.sock", self.directory / "more.sock"]))


class OpenFiles(Case):
    """The limit of open files is respected before it is met."""

    starts_fleet = False

    def start_within(self, open_files, expect_start=True):
        programs = self.directory / "programs"
        programs.mkdir(exist_ok=True)
        program = programs / "weixind"
        program.write_text(f'#!/bin/sh\nulimit -n {open_files}\nexec "{BIN}/weixind" "$@"\n', encoding="utf-8")
        program.chmod(0o755)
        if self.simulator is None:
            self.start_simulator()
        self.server = Server(programs, self.directory, self.configuration(), expect_start=expect_start)
        self.watch(self.server.process)
        self.admin = self.server.admin

    def test_too_few_for_one_account_are_refused_with_the_limits_name(self):
        self.start_within(300, expect_start=False)
        self.assertEqual(self.server.process.wait(), 78)
        for words in ("300 open files", "RLIMIT_NOFILE", "LimitNOFILE"):
            self.assertIn(words, self.server.process.log())

    def test_accounts_are_taken_only_as_far_as_they_last(self):
        self.start_within(404)
        self.assertIn("event=limit.descriptors", self.server.process.log())
        self.add("shop-01")
        self.add("shop-02")
        answer = self.admin.post("/v1/accounts", {"name": "shop-03"})
        body = self.problem(answer, 429, "queue_full")
        for words in ("404 open files", "RLIMIT_NOFILE", "room for 2 accounts", "LimitNOFILE"):
            self.assertIn(words, body["detail"])
        self.assertEqual([a["name"] for a in self.server.accounts()], ["shop-01", "shop-02"])

    def test_accounts_of_before_run_on_under_a_lower_limit(self):
        self.start_within(404)
        self.add("shop-01")
        self.add("shop-02")
        self.assertEqual(self.server.process.stop(), 0)
        self.start_within(402)
        self.assertEqual(len(self.server.accounts()), 2)
        self.assertIn("event=limit.accounts", self.server.process.log())


class Door(Case):
    """What the admin API refuses so that the rest goes on."""

    def configured(self, **admin):
        lines = "".join(f"{key} = {value}\n" for key, value in admin.items())
        return self.configuration().replace("requests_per_second = 100000\n", lines)

    def restart_with(self, **admin):
        self.server.process.stop()
        self.start_server(self.configured(**admin))

    def test_a_flood_is_answered_with_429_and_harms_nobody(self):
        self.restart_with()
        self.add_online("shop-01", 1)
        connection = UnixConnection(self.server.socket, PATIENCE)
        self.addCleanup(connection.close)
        codes = []
        for _ in range(200):
            connection.request("GET", "/v1/status")
            answer = connection.getresponse()
            body = answer.read()
            codes.append(answer.status)
            if answer.status == 429:
                self.assertEqual(json.loads(body)["code"], "too_many_requests")
                self.assertEqual(answer.headers["Retry-After"], "1")
        self.assertIn(429, codes)
        self.assertGreaterEqual(codes.count(200), 40)
        self.inject(1, "is anybody there? {token}")
        self.wait_for_answers()
        self.wait_for(lambda: self.admin.get("/v1/status").status == 200, "the flood to be forgiven")

    def test_connections_above_the_limit_are_answered_with_503(self):
        self.restart_with(requests_per_second=100000, max_connections=5)
        held = []
        for _ in range(5):
            connection = UnixConnection(self.server.socket, PATIENCE)
            self.addCleanup(connection.close)
            connection.request("GET", "/v1/status")
            held.append(connection.getresponse())
            held[-1].read()
        answer = self.admin.get("/v1/status")
        self.problem(answer, 503, "too_many_connections")
        self.assertEqual(answer.headers["Retry-After"], "1")


class Memory(Case):
    """Short of memory, weixind takes no new work, then no new connections, and polls on."""

    def address_space(self):
        with open(f"/proc/{self.server.process.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")

    def allow(self, share):
        """Sets the limit so that what is used now is that share of it."""
        limit = int(self.address_space() / share)
        resource.prlimit(self.server.process.pid, resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))

    def test_new_work_is_refused_until_there_is_room_again(self):
        self.add_online("shop-01", 1)
        self.allow(0.935)
        refused = self.wait_for(
            lambda: (a := self.admin.post("/v1/accounts/shop-01/messages", {"to": "filehelper", "text": "x"})).status == 503
            and a, "sends to be refused")
        self.problem(refused, 503, "overloaded")
        self.assertEqual(refused.headers["Retry-After"], "10")
        self.problem(self.admin.post("/v1/accounts", {"name": "shop-02"}), 503, "overloaded")
        self.assertEqual(self.account("shop-01")["state"], "online")
        self.inject(1, "still there? {token}")
        self.wait_for_answers()
        self.allow(0.5)
        self.wait_for(
            lambda: self.admin.post("/v1/accounts/shop-01/messages", {"to": "filehelper", "text": "x"}).status == 202,
            "sends to be taken again")

    def test_new_connections_wait_when_hardly_any_is_left(self):
        self.add_online("shop-01", 1)
        early = UnixConnection(self.server.socket, PATIENCE)
        self.addCleanup(early.close)
        early.request("GET", "/v1/status")
        self.assertEqual(early.getresponse().read() and 200, 200)
        self.allow(0.97)
        self.wait_for(lambda: "level=extreme" in self.server.process.log(), "the level to be told")
        # One that the server was already waiting for gets in; those behind it wait.
        late = [UnixConnection(self.server.socket, 1) for _ in range(3)]
        for connection in late:
            self.addCleanup(connection.close)
            connection.request("GET", "/v1/status")
        with self.assertRaises(TimeoutError):
            late[-1].getresponse()
        early.request("GET", "/v1/status")
        answer = early.getresponse()
        self.assertEqual(answer.status, 200, "those who are in are served")
        answer.read()
        self.inject(1, "still there? {token}")
        self.wait_for_answers()
        self.allow(0.5)
        self.wait_for(lambda: self.admin.get("/v1/status").status == 200, "connections to be taken again")


if __name__ == "__main__":
    main()
