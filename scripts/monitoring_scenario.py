"""A day of a small fleet in two minutes and a half, watched by a real Prometheus and a real Alertmanager.

What tests/system/monitoring_test.py and scripts/draw-dashboards share: weixinsim and weixind, the daemons that watch
them with the rules of deploy/prometheus, and a scenario that touches every metric. Everything is on free loopback
ports and in one directory. Needs the packages prometheus and prometheus-alertmanager (scripts/install-deps --system).
"""
import contextlib
import http.server
import json
import pathlib
import re
import signal
import socket
import sqlite3
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from local_weixin import Process, Server, Simulator, configuration, wait_until  # noqa: E402

PROMETHEUS = ROOT / "deploy/prometheus"
JOB = "weixind"
SCRAPE_INTERVAL = 1  # seconds
PATIENCE = 60
ACCOUNTS = 10
PAGED, LEFT_ALONE, NOT_SCANNED, BARRED = 6, 8, 9, 10  # accounts with a part of their own
BOTS = """
[bots.faq]
type = "auto_reply"
max_age = "2m"

[[bots.faq.rules]]
exact = "hours"
reply = "From 9 to 18."

[notify]
settle = "1s"
quiet_at_start = "0s"
repeat_after = "5s"
"""

# Loopback is never reached through a proxy, whatever the environment says.
direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def get_json(url, **parameters):
    query = "?" + urllib.parse.urlencode(parameters) if parameters else ""
    with direct.open(url + query, timeout=10) as answer:
        return json.load(answer)


class Receiver:
    """A web server on loopback that keeps the JSON of every POST and answers all with one status."""

    def __init__(self, status=200):
        self.lock = threading.Lock()
        self.bodies = []
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with receiver.lock:
                    receiver.bodies.append(body)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def received(self):
        with self.lock:
            return list(self.bodies)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class Daemon:
    """A daemon of the distribution that answers /-/ready."""

    def __init__(self, name, command, directory):
        self.address = f"127.0.0.1:{free_port()}"
        self.url = "http://" + self.address
        self.process = Process(name, [*command, f"--web.listen-address={self.address}"], directory)
        try:
            wait_until(self._is_ready, PATIENCE, f"{name} to be ready", interval=0.1)
        except BaseException:
            self.process.stop()
            raise

    def _is_ready(self):
        self.process.check()
        try:
            with direct.open(self.url + "/-/ready", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self):
        self.process.stop()


class Alertmanager(Daemon):
    """With the routes and inhibitions of deploy/prometheus/alertmanager.yml, all receivers being one of ours."""

    def __init__(self, directory, pager):
        text = (PROMETHEUS / "alertmanager.yml").read_text(encoding="utf-8")
        text = re.sub(r"url: http://\S+", f"url: {pager.url}", text)
        text = re.sub(r"(group_wait|group_interval): \S+", r"\1: 1s", text)
        settings = pathlib.Path(directory) / "alertmanager.yml"
        settings.write_text(text, encoding="utf-8")
        super().__init__("alertmanager", [
            "prometheus-alertmanager", f"--config.file={settings}", "--cluster.listen-address=",
            f"--storage.path={pathlib.Path(directory) / 'alertmanager'}"], directory)

    def alerts(self):
        return get_json(self.url + "/api/v2/alerts")


class Prometheus(Daemon):
    """With deploy/prometheus/prometheus.yml and the rules it names, only faster: everything once a second, and no
    condition has to last longer than that."""

    def __init__(self, directory, target, alertmanager):
        directory = pathlib.Path(directory)
        (directory / "rules").mkdir(exist_ok=True)
        for rules in (PROMETHEUS / "rules").glob("*.yml"):
            text = rules.read_text(encoding="utf-8")
            text = re.sub(r"(?m)^(\s+)for: \S+$", rf"\1for: {SCRAPE_INTERVAL}s", text)
            (directory / "rules" / rules.name).write_text(text, encoding="utf-8")
        text = (PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8")
        text = re.sub(r"(scrape|evaluation)_interval: \S+", rf"\1_interval: {SCRAPE_INTERVAL}s", text)
        text = re.sub(r"scrape_timeout: \S+", f"scrape_timeout: {SCRAPE_INTERVAL}s", text)
        text = text.replace("127.0.0.1:9464", target).replace("127.0.0.1:9093", alertmanager)
        self.config = directory / "prometheus.yml"
        self.config.write_text(text, encoding="utf-8")
        super().__init__("prometheus", ["prometheus", f"--config.file={self.config}", "--log.level=warn",
                                        f"--storage.tsdb.path={directory / 'prometheus'}"], directory)

    def query(self, expression, at=None):
        return self._ask("query", query=expression, **({"time": at} if at else {}))

    def query_range(self, expression, start, end, step=SCRAPE_INTERVAL):
        return self._ask("query_range", query=expression, start=start, end=end, step=step)

    def _ask(self, call, **parameters):
        try:
            answer = get_json(f"{self.url}/api/v1/{call}", **parameters)
        except urllib.error.HTTPError as refused:
            raise ValueError(f"{parameters.get('query', call)}: {json.load(refused).get('error')}") from refused
        return answer["data"]["result"] if "result" in answer["data"] else answer["data"]

    def metric_names(self):
        return set(get_json(f"{self.url}/api/v1/label/__name__/values")["data"])

    def rules(self):
        return [rule for group in get_json(f"{self.url}/api/v1/rules")["data"]["groups"] for rule in group["rules"]]

    def firing(self):
        """The names of the alerts that fire now."""
        alerts = get_json(f"{self.url}/api/v1/alerts")["data"]["alerts"]
        return {a["labels"]["alertname"] for a in alerts if a["state"] == "firing"}

    def has_seen_target(self):
        self.process.check()
        return any(s["value"][1] == "1" for s in self.query(f'up{{job="{JOB}"}}'))


class Scenario:
    """Use as a context: it starts everything and ends it. `run` is the day; afterwards all of it is in `prometheus`."""

    def __init__(self, programs, directory, tell=lambda what: None):
        self.programs = pathlib.Path(programs)
        self.directory = pathlib.Path(directory)
        self.tell = tell
        self.ends = contextlib.ExitStack()
        self.started_at = None
        self.ended_at = None
        self.seen_at = None  # the end of what may happen every day, and what weixind exported then
        self.metrics_text = None
        self.marks = []  # (Unix time, what happened)

    def __enter__(self):
        with contextlib.ExitStack() as ends:
            def ended(thing):
                ends.callback(thing.stop)
                return thing
            self.pager = ended(Receiver())
            self.told = ended(Receiver())
            self.grumpy = ended(Receiver(400))
            self.away = ended(Receiver(503))
            self.simulator = Simulator(self.programs, self.directory, ACCOUNTS, ["--hold", "2"])
            ended(self.simulator.process)
            self.control = self.simulator.control
            self.metrics_port = free_port()
            self.secret_file = self.directory / "hook.secret"
            self.secret_file.write_text("made up for a test\n", encoding="utf-8")
            self.server = None
            ends.callback(lambda: self.server and self.server.process.stop())
            self._start_server()
            self.alertmanager = ended(Alertmanager(self.directory, self.pager))
            self.prometheus = ended(Prometheus(self.directory, f"127.0.0.1:{self.metrics_port}",
                                               self.alertmanager.address))
            wait_until(self.prometheus.has_seen_target, PATIENCE, "the first scrape", interval=0.2)
            self.started_at = time.time()
            self.ends = ends.pop_all()
        return self

    def __exit__(self, *error):
        return self.ends.__exit__(*error)

    def _start_server(self, pacing="none", extra=""):
        extra += BOTS
        for name, receiver in (("ops", self.told), ("grumpy", self.grumpy), ("away", self.away)):
            extra += (f'\n[[notify.targets]]\nname = "{name}"\ntype = "webhook"\nurl = "{receiver.url}"\n'
                      f'secret_file = "{self.secret_file}"\n')
        # By a name, so that it has to be looked up.
        address = self.simulator.address.replace("127.0.0.1", "localhost")
        text = configuration(self.directory, address, self.simulator.ca_file, extra, push_login=False,
                             pacing=pacing, bots='["echo", "faq"]')
        text = text.replace('listen = "127.0.0.1:0"', f'listen = "127.0.0.1:{self.metrics_port}"')
        self.server = Server(self.programs, self.directory, text)
        self.admin = self.server.admin

    # -- people -----------------------------------------------------------------------------------------------------

    @staticmethod
    def name(number):
        return f"shop-{number:02}"

    def account(self, number):
        return self.admin.get(f"/v1/accounts/{self.name(number)}").json()

    def _is_in(self, number, *states):
        wait_until(lambda: self.account(number)["state"] in states, PATIENCE,
                   f"{self.name(number)} to be {' or '.join(states)}", interval=0.05)

    def _shown_code(self, number):
        answer = self.admin.get(f"/v1/accounts/{self.name(number)}/qr")
        return answer.json()["uuid"] if answer.status == 200 else None

    def _code(self, number):
        return wait_until(lambda: self._shown_code(number), PATIENCE, f"a code of {self.name(number)}", interval=0.05)

    def _ask(self, client, method, target, expect, body=None):
        answer = client.call(method, target, body)
        if answer.status not in (expect if isinstance(expect, tuple) else (expect,)):
            raise RuntimeError(f"{method} {target}: {answer}")
        return answer

    def _phone(self, verb, uuid, **body):
        self._ask(self.control, "POST", f"/v1/logins/{uuid}/{verb}", 200, body)

    def _log_in(self, number, state="online"):
        uuid = self._code(number)
        self._phone("scan", uuid, user=number)
        self._phone("confirm", uuid)
        self._is_in(number, state)

    def _command(self, number, verb):
        self._ask(self.admin, "POST", f"/v1/accounts/{self.name(number)}/{verb}", 202)

    def _write(self, number, **body):
        self._ask(self.control, "POST", "/v1/messages", 201, {"user": number, "accounted": False, **body})

    def _send(self, number, text, to="filehelper", **more):
        answer = self._ask(self.admin, "POST", f"/v1/accounts/{self.name(number)}/messages", 202,
                           {"to": to, "text": text, **more})
        return answer.json()["id"]

    def _settled(self, number, send_id):
        def state():
            record = self.admin.get(f"/v1/accounts/{self.name(number)}/outbox/{send_id}").json()
            return record["state"] not in ("queued", "attempting")
        wait_until(state, PATIENCE, "a send to be settled", interval=0.05)

    def _fault(self, kind, endpoint="*", **body):
        self._ask(self.control, "POST", "/v1/faults", 201, {"kind": kind, "endpoint": endpoint, **body})

    def _end_session(self, code, **whose):
        self._ask(self.control, "POST", "/v1/sessions/end", 200, {"code": code, **whose})

    def _scraped(self, times=3):
        """Returns when what is so now was scraped so many times, and the rules were evaluated as often."""
        now = time.time()
        count = f'count_over_time(up{{job="{JOB}"}}[%ds])'

        def enough():
            passed = max(1, int(time.time() - now))
            found = self.prometheus.query(count % passed)
            return found and float(found[0]["value"][1]) > times
        wait_until(enough, PATIENCE, "the next scrapes", interval=0.2)

    def _measured(self, name):
        """Whether Prometheus has a value above zero of it now."""
        return any(float(s["value"][1]) > 0 for s in self.prometheus.query(name))

    # -- who is told ------------------------------------------------------------------------------------------------

    def _fires(self, alert):
        wait_until(lambda: alert in self.prometheus.firing(), PATIENCE, f"{alert} to fire", interval=0.2)

    def paged(self, alert):
        """The alerts of that name that the receivers got as firing."""
        return [a for body in self.pager.received() for a in body["alerts"]
                if a["status"] == "firing" and a["labels"]["alertname"] == alert]

    def _reaches_somebody(self, alert):
        wait_until(lambda: self.paged(alert), PATIENCE, f"{alert} to reach its receiver", interval=0.2)

    def _inhibited(self, alert):
        """All of them are told to nobody, since another alert says what they have in common."""
        def all_inhibited():
            those = [a for a in self.alertmanager.alerts() if a["labels"]["alertname"] == alert]
            return those and all(a["status"]["inhibitedBy"] for a in those)
        wait_until(all_inhibited, PATIENCE, f"{alert} to be inhibited", interval=0.2)

    # -- the day ----------------------------------------------------------------------------------------------------

    def _load(self, rate, seconds):
        self._ask(self.control, "POST", "/v1/load", 202, {"rate_per_second": rate, "seconds": seconds})

    def _well_again(self):
        self._ask(self.control, "DELETE", "/v1/faults", (200, 204))

    def _mark(self, what):
        self.marks.append((time.time(), what))
        self.tell(what)

    def run(self):
        """Ends with all sessions ended, no room on the disk, and weixind up; `take_down` goes on from there."""
        self._scraped()
        for part in (self._morning, self._crash, self._messages, self._locked_database, self._sends, self._reloads,
                     self._troubles, self._outage, self._restart, self._everybody_out, self._full_disk):
            part()
        self.ended_at = time.time()

    def _morning(self):
        self._mark("accounts log in")
        self._ask(self.control, "PATCH", f"/v1/users/{BARRED}", 200, {"login_policy": "barred"})
        for number in range(1, ACCOUNTS + 1):
            self._ask(self.admin, "POST", "/v1/accounts", 201, {"name": self.name(number)})
        uuid = self._code(NOT_SCANNED)
        self._phone("scan", uuid, user=NOT_SCANNED)
        self._phone("cancel", uuid)
        for number in range(1, NOT_SCANNED):
            self._log_in(number)
        self._log_in(BARRED, "held")
        self._reaches_somebody("WeixinAccountHeld")
        # Nobody scans this one's codes, until it shows none any more.
        def next_one(last):
            if self.account(NOT_SCANNED)["state"] == "needs_login":
                return "none"
            shown = self._shown_code(NOT_SCANNED)
            return shown if shown != last else None
        while (uuid := wait_until(lambda last=uuid: next_one(last), PATIENCE, "the next code", interval=0.05)) != "none":
            self._phone("expire", uuid)
        self._reaches_somebody("WeixinAccountLoggedOut")
        self._reaches_somebody("WeixinNotificationsFailing")

    def _crash(self):
        """weixind dies while it answers: bots get messages once more whose answers are stored."""
        self._mark("weixind is killed")
        self._load(40, 10)
        wait_until(lambda: self.account(1)["messages_out"] > 5, PATIENCE, "some answers", interval=0.05)
        self.server.process.signal(signal.SIGKILL)
        self.server.process.wait()
        self._age_and_damage_what_is_stored()
        self._start_server()
        for number in range(1, NOT_SCANNED):
            self._is_in(number, "online")
        self._scraped()
        for number in range(1, NOT_SCANNED):
            self._ask(self.admin, "GET", f"/v1/accounts/{self.name(number)}/messages", 200)

    def _database(self):
        return contextlib.closing(sqlite3.connect(self.directory / "data/weixind.db", isolation_level=None))

    def _age_and_damage_what_is_stored(self):
        """Changes of state that are too old to be kept, and a message that cannot be read."""
        with self._database() as database:
            database.execute("UPDATE history SET at_ms = at_ms - 100 * 86400000")
            database.execute("UPDATE inbox SET sealed = zeroblob(length(sealed)) WHERE seq = (SELECT min(seq) FROM inbox)")

    def _messages(self):
        self._mark("messages come")
        self._load(12, 60)
        kinds = self._ask(self.control, "GET", "/v1/messages/kinds", 200).json()["kinds"]
        for kind in kinds:
            body = {"kind": kind if isinstance(kind, str) else kind["kind"]}
            if body["kind"] in ("call", "app", "unknown", "status_notify"):
                body["code"] = {"call": 50, "app": 3, "unknown": 9998, "status_notify": 1}[body["kind"]]
            answer = self.control.post("/v1/messages", {"user": 1, "accounted": False, "text": "hello", **body})
            if answer.status not in (201, 422):
                raise RuntimeError(f"a {body['kind']}: {answer}")
        for size in (20_000, 300_000):
            self._write(2, picture_bytes=size)
        self._write(3, text="hours")
        self._write(3, text="of yesterday", raw={"CreateTime": int(time.time()) - 86_400})
        self._write(4, type=49, text="this is no XML")
        self._write(4, text="without a number", raw={"MsgId": "none", "NewMsgId": 0})
        # One each: an account repeats few fetches a minute, and fails for good at the third.
        for user in range(3, LEFT_ALONE):
            self._fault("http_status", "webwxgetmsgimg", user=user, value=404)
            self._write(user, picture_bytes=1000)
        self._ask(self.admin, "GET", "/v1/accounts/nobody", 404)
        self._fires("WeixinMessagesUnreadable")
        self._scraped(3)
        # A rate sees a series from its second value on.
        self._ask(self.admin, "GET", "/v1/accounts/nobody", 404)
        self._scraped(2)

    def _locked_database(self):
        self._mark("another program locks the database")
        self._load(60, 30)
        with self._database() as database:
            def caught_a_bot_at_work():
                database.execute("BEGIN IMMEDIATE")
                if re.search(r"(?m)^weixin_consumer_lag_events\{.*\} [1-9]", self.server.metrics.get("/metrics").text):
                    return True
                database.execute("ROLLBACK")
                return False
            wait_until(caught_a_bot_at_work, PATIENCE, "a bot that is behind")
            self._load(12, 60)
            for waits in ("weixin_store_queue_length", "weixin_consumer_lag_events"):
                wait_until(lambda name=waits: self._measured(name), PATIENCE, f"{waits} above zero", interval=0.2)
            self._fires("WeixinStoreFailing")
        for number in range(1, NOT_SCANNED):
            self._is_in(number, "online")

    def _sends(self):
        self._mark("sends go wrong")
        self._fault("slow", "webwxsendmsg", value=700, count=4)
        for number in range(1, 5):
            self._send(number, "slow")
        self._scraped(2)
        self._fault("lost_response", "webwxsendmsg", probability=0.6)
        self._fires("WeixinSendFailureBudgetBurn")
        self._well_again()
        former = next(c for c in self._ask(self.control, "GET", "/v1/users/2", 200).json()["contacts"]
                      if c["kind"] == "former")
        self._settled(2, self._send(2, "are you there?", to=former["nick"]))
        self._fault("ret", "webwxsendmsg", user=7, value=1205, count=1)
        friend = next(c for c in self._ask(self.server.admin, "GET", f"/v1/accounts/{self.name(3)}/contacts", 200)
                      .json()["contacts"] if c["kind"] == "friend")
        self._ask(self.server.admin, "PATCH", f"/v1/accounts/{self.name(3)}/contacts/{friend['ref']}", (200, 202),
                  {"remark": "A friend of the house"})
        self._send(7, "one too many")
        self._is_in(7, "throttled")
        self._send(7, "too late", expires_in=1)
        unwanted = self._send(7, "changed my mind")
        self._ask(self.admin, "POST", f"/v1/accounts/{self.name(7)}/outbox/{unwanted}/cancel", 200)
        self._fires("WeixinAccountThrottled")

    def _reloads(self):
        self._mark("the configuration is mistaken, then mended")
        good = self.server.config_path.read_text(encoding="utf-8")
        self.server.config_path.write_text(good + '\n[[account]]\nname = "Not A Name"\n', encoding="utf-8")
        self._ask(self.admin, "POST", "/v1/reload", 422)
        self._fires("WeixinConfigReloadFailed")
        # Newer media make room for themselves then.
        self.server.config_path.write_text(good + "\n[media]\nquota_bytes = 1048576\n", encoding="utf-8")
        self._ask(self.admin, "POST", "/v1/reload", 200)
        for _ in range(5):
            self._write(3, picture_bytes=300_000)
        wait_until(lambda: self._measured("weixin_media_dropped_total"), PATIENCE, "media to be dropped", interval=0.2)
        self.server.config_path.write_text(good, encoding="utf-8")
        self._ask(self.admin, "POST", "/v1/reload", 200)
        self._scraped(2)

    def _troubles(self):
        self._mark("sessions end, accounts are restarted")
        self._end_session(1101, user=5)
        # Kicked is who is thrown out right after a login.
        self._command(PAGED, "relogin")
        self._log_in(PAGED)
        self._end_session(1102, user=PAGED)
        self._is_in(PAGED, "held")
        self._end_session(1100, user=4)
        self._command(1, "restart")
        self._command(2, "pause")
        self._command(LEFT_ALONE, "logout")
        self._log_in(5)
        self._log_in(4)
        self._command(2, "resume")
        self._is_in(2, "online")
        self._is_in(1, "online")
        self._scraped(4)

    def _outage(self):
        self._mark("Weixin does not answer")
        self._fault("close")
        for number in (1, 2, 3):
            self._send(number, "waits")
        self._fires("WeixinBreakerOpen")
        self._scraped(3)
        self._well_again()
        self._mark("Weixin answers again")
        for number in (1, 2, 3, 4, 5):
            self._is_in(number, "online")
        # The store counts what it holds a minute after the start, and then every ten.
        wait_until(lambda: self._measured("weixin_inbox_messages"), 2 * PATIENCE, "the store's first upkeep", interval=1)
        self._scraped(5)

    def _restart(self):
        self._mark("weixind restarts")
        code = self.server.process.stop()
        if code != 0:
            raise RuntimeError(self.server.process.report())
        self._start_server(pacing="conservative")
        for number in (1, 2, 3, 4, 5):
            self._is_in(number, "online")
        self._load(6, 60)
        self._scraped(10)

    def _everybody_out(self):
        self._mark("all sessions end")
        self._end_session(1101, all=True)
        for number in (1, 2, 3):
            self._is_in(number, "awaiting_scan", "held")
        self._scraped(6)
        self._fires("WeixinManyAccountsDown")
        self._fires("WeixinLogoutSpike")
        self._inhibited("WeixinAccountLoggedOut")
        # Before there is another explanation of everything.
        self._reaches_somebody("WeixinManyAccountsDown")
        self.seen_at = time.time()
        self.metrics_text = self.server.metrics.get("/metrics").text

    def _full_disk(self):
        self._mark("the disk has no room")
        self.server.process.stop()
        self._start_server(extra=f"[store]\nreserve_bytes = {1 << 50}\n")
        for _ in range(2):  # a rate sees a series from its second value on
            self._ask(self.admin, "POST", f"/v1/accounts/{self.name(1)}/messages", 507, {"to": "filehelper", "text": "no room"})
            self._scraped(2)
        self._fires("WeixinDiskFull")
        self._reaches_somebody("WeixinDiskFull")

    def take_down(self):
        """weixind ends, as when its host does. Returns its exit code."""
        self._mark("weixind is gone")
        code = self.server.process.stop()
        self._reaches_somebody("WeixindDown")
        return code
