#!/usr/bin/env python3
"""Commands in the documents, run as they stand and in their order, by somebody who has just what they speak of.

What runs here is in documents.RUN_HERE, and what the runbook asks of our programs within its sentences; a block that cannot run
says so in the document. Names, paths and ids that only an example can have are replaced by those of this test.
"""
import json
import os
import pathlib
import pty
import re
import shutil
import signal
import subprocess
import sys
import urllib.parse

from harness import BIN, PATIENCE, ROOT, Case, main

sys.path.insert(0, str(ROOT / "tests/support"))

from documents import RUN_HERE, RUNBOOK_NOT_RUN, blocks_of_commands, inline_commands, logical_lines  # noqa: E402
from local_weixin import configuration, tcp_client, wait_until  # noqa: E402
from notify_test import Receiver  # noqa: E402

# They go on until somebody stops them: a moment is enough to see that they begin.
ENDLESS = re.compile(r"--watch|weixinctl events|account relogin|^api -N ")
# They serve what the rest of the document asks.
SERVERS = re.compile(r"(^|/)(weixind --config|weixinsim --dir) ")
# What the commands after it need.
REMEMBERED = re.compile(r"^(mkdir .*&& )?cd |^\w+=|^\w+\(\) \{")
FRIENDS = ("Lin", "Mia", "Zoe")


class Reader(Case):
    """Runs blocks line by line, each in a shell of its own that knows what the lines before have set."""

    starts_fleet = False

    def setUp(self):
        super().setUp()
        self.place = self.directory / "place"
        self.place.mkdir()
        # An answer that is a problem ends curl with an error.
        (self.directory / ".curlrc").write_text("fail-with-body\n", encoding="utf-8")
        self.remembered = []
        self.stand_ins = []  # (pattern, what gives the text in its stead, of the line)
        self.environment = {"HOME": str(self.directory), "CURL_HOME": str(self.directory), "NO_COLOR": "1",
                            "PATH": f"{BIN}:{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}

    def shell(self, line):
        env = {k: v for k, v in os.environ.items() if not k.lower().endswith("_proxy") and not k.startswith("WEIXIND_")}
        env.update(self.environment, WEIXIND_LOOPBACK_ONLY="1")
        return {"args": ["setpriv", "--pdeathsig", "TERM", "bash", "-euo", "pipefail", "-c", "\n".join([*self.remembered, line])],
                "cwd": self.place, "env": env}

    def stand_in(self, line):
        """The line with what is only an example replaced. What stands in may have to be made first."""
        for pattern, text in self.stand_ins:
            line = re.sub(pattern, lambda found: text(found) if callable(text) else text, line)
        return line

    def read(self, document, before):
        """`before`: what makes the world fit for the blocks under a heading, or for all of them under None."""
        self.assertIn(document, RUN_HERE)
        read = 0
        for block in blocks_of_commands(document):
            if block.mark:
                continue
            self.block = block
            for key in (None, block.heading):
                before.get(key, lambda: None)()
            with self.subTest(str(block)):
                if block.is_transcript:
                    self.transcript(block.text)
                else:
                    for line in logical_lines(block.text):
                        self.line(line)
            read += 1
        self.assertGreater(read, 0)
        return read

    def line(self, asked):
        self.asked = asked
        line = self.stand_in(asked)
        if REMEMBERED.search(line):
            self.remembered.append(line.replace("mkdir", "mkdir -p") if "-p" not in line else line)
        if SERVERS.search(asked):
            return self.serve(line)
        said = self.directory / "said"
        with said.open("wb") as out:
            done = subprocess.Popen(**self.shell(line), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
                                    start_new_session=True)

        def told():
            return f"{asked}\nsaid:\n{said.read_text(encoding='utf-8', errors='replace')}"
        try:
            if ENDLESS.search(line):
                wait_until(lambda: done.poll() is not None or said.stat().st_size > 0 or self.stir(), PATIENCE, f"a word of {asked}",
                           interval=1)
                self.assertIsNone(done.poll(), told())
            else:
                self.assertEqual(done.wait(PATIENCE), 0, told())
        except subprocess.TimeoutExpired:
            self.fail(told())
        finally:
            if done.poll() is None:
                os.killpg(done.pid, signal.SIGTERM)
                done.wait(PATIENCE)

    def stir(self):
        """Something happens, for who watches."""

    def serve(self, line):
        process = subprocess.Popen(**self.shell("exec " + line.lstrip()), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, start_new_session=True)

        def end():
            process.terminate()
            process.communicate(timeout=PATIENCE)
        self.addCleanup(end)

    def transcript(self, text):
        """The first line behind the prompt, answered as the text says; a question gets the answer that stands there."""
        asked, _, expected = text.removeprefix("$ ").partition("\n")
        self.assertNotIn("\n$ ", text)
        ours, theirs = pty.openpty()
        done = subprocess.Popen(**self.shell(self.stand_in(asked)), stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
        os.close(theirs)
        said = b""
        with open(ours, "rb+", buffering=0) as terminal:
            try:
                while part := terminal.read(65536):
                    said += part
                    if said.endswith(b"[y/N] "):
                        terminal.write(b"y\n")
            except OSError:  # of a terminal that nobody holds any more
                pass
        done.wait(PATIENCE)
        self.assertEqual(said.decode().replace("\r\n", "\n").strip(), expected, asked)


class WithAFleet(Reader):
    """shop-01 has friends and a group, and is online before each block."""

    users = 12
    bots = '["echo"]'

    def setUp(self):
        super().setUp()
        self.web = Receiver(204)
        self.addCleanup(self.web.close)
        self.outgoing = self.directory / "outgoing"
        self.outgoing.mkdir()
        secret = self.directory / "secret"
        secret.write_text("made up for a test\n", encoding="utf-8")
        self.start_simulator("--contacts", "2", "--chatrooms", "0")
        for nick in FRIENDS:
            self.assertEqual(self.control.post("/v1/users/1/contacts", {"nick": nick}).status, 201)
        self.control.patch("/v1/users/1/contacts/Lin", {"remark": "Supplier Lin"})
        room = self.control.post("/v1/users/1/chatrooms", {"topic": "Chess club", "members": ["Mia", "Zoe"]}).json()
        self.control.post(f"/v1/users/1/chatrooms/{urllib.parse.quote(room['id'], safe='')}/members", {"nick": "Somebody"})
        self.start_server(self.configuration(extra=f"""[api]
listen = "127.0.0.1:0"

[sends]
allowed_paths = ["{self.outgoing}"]

[bots.faq]
type = "auto_reply"

[[bots.faq.rules]]
exact = "hours"
reply = "From 9 to 18."

[[notify.targets]]
name = "web"
type = "webhook"
url = "{self.web.url}"
secret_file = "{secret}"
"""))
        self.environment["WEIXIND_SOCKET"] = str(self.server.socket)
        (self.place / "report.pdf").write_bytes(b"%PDF-1.4 made up for a test\n")
        for place in (self.place, self.outgoing):
            (place / "photo.jpg").write_bytes(b"\xff\xd8\xff\xe0" + bytes(2000))
        (self.place / "proxy.txt").write_text("http://me:secret@127.0.0.1:1080\n", encoding="utf-8")
        self.stand_ins = [
            (r"/run/weixind/admin\.sock", str(self.server.socket)),
            (r"/var/backups", str(self.directory)),
            (r"/etc/weixind/weixind\.toml", str(self.server.config_path)),
            (r"/srv/outgoing", str(self.outgoing)),
            (r"(?<=http://)127\.0\.0\.1:9463", self.admin.get("/v1/status").json()["api_listen"]),
        ]

    def fit(self):
        self.accounts = self.admin.get("/v1/accounts").json()["accounts"]
        shop = next((a for a in self.accounts if a["name"] == "shop-01"), None)
        if shop is None:
            self.add_online("shop-01", 1, bots=["echo"])
            self.wait_for(lambda: len(self.get("groups?").get("groups", [])) > 0, "the group")
            return
        if shop["proxy"]:
            self.admin.patch("/v1/accounts/shop-01", {"proxy": None})
        if shop["desired"] != "running":
            self.command("shop-01", "resume")
        if shop["state"] == "awaiting_scan":
            self.log_in("shop-01", 1)
        self.wait_for_state("shop-01", "online")

    def stir(self):
        self.command("shop-01", "restart")

    def get(self, what):
        return self.admin.get(f"/v1/accounts/shop-01/{what}").json()

    def sent(self, text="hello"):
        send = self.send_text("shop-01", "filehelper", text)
        self.wait_for_send("shop-01", send, "sent")
        return send

    def unknown(self):
        """A send of which nobody knows what became of it."""
        self.fit()
        fault = self.fault("lost_response", "webwxsendmsg", user=1)
        send = self.send_text("shop-01", "filehelper", "did it arrive?")
        self.wait_for_send("shop-01", send, "unknown")
        self.control.delete(f"/v1/faults/{fault}")
        return send

    def wait_for_a_scan(self):
        self.command("shop-01", "relogin")
        self.wait_for_code("shop-01")


class AdminApi(WithAFleet):
    def test_does_what_its_document_shows(self):
        self.queued = None
        self.environment["WEIXIND_TOKEN"] = self.admin.post("/v1/tokens", {"name": "reader", "scope": "read"}).json()["token"]
        self.stand_ins += [(r"c-[0-9a-z]{26}", lambda _: self.get("contacts?query=Supplier%20Lin")["contacts"][0]["ref"]),
                           (r"m-[0-9a-f]{16}", self.member), (r"s-[0-9a-z]{26}", self.send), (r"(0123456789abcdef){2}", self.sticker),
                           (r"\b43305386260000\d{5}", self.message)]
        read = self.read("docs/admin-api.md", {
            None: self.fit, "Accounts": lambda: self.admin.delete("/v1/accounts/shop-01"), "QR codes": self.wait_for_a_scan})
        self.assertGreater(read, 25)

    def member(self, _):
        group = "Chess%20club" if "Chess club" in self.asked else "Order%204712"
        name = "Somebody" if "Chess club" in self.asked else "Zoe"
        def there():
            members = self.get(f"groups/{group}").get("member_list", [])
            return next((m["id"] for m in members if m["nick"] == name), None)
        return self.wait_for(there, name)

    def send(self, _):
        if "/settle" in self.asked:
            return self.unknown()
        if "/cancel" in self.asked:
            self.command("shop-01", "pause")
            self.wait_for_state("shop-01", "stopped")
            self.queued = self.send_text("shop-01", "filehelper", "wait for me")
            return self.queued
        if "/retry" in self.asked:
            return self.queued
        return self.sent()

    def sticker(self, _):
        message = self.received(kind="sticker")
        return message["detail"]["md5"]

    def received(self, **what):
        """A message as it stands in the inbox."""
        number = self.inject(1, accounted=False, **what)["msg_id"]
        def there():
            return next((m for m in self.get("messages?newest=1")["messages"] if m["id"] == number), None)
        return self.wait_for(there, "the message")

    def message(self, _):
        """Weixin's id of a message of the kind that is asked for."""
        if "/recall" in self.asked:
            return self.get("outbox/" + self.sent())["msg_id"]
        if "/friend-requests/" in self.asked:
            self.inject(1, kind="friend_request", title="Noa", accounted=False)
            requests = self.wait_for(lambda: self.get("friend-requests")["friend_requests"], "a friend request")
            return requests[-1]["id"]
        if "/media" in self.asked:
            picture = self.received(picture_bytes=5000)["id"]
            self.wait_for(lambda: self.get(f"messages/{picture}/media").get("state") == "available", "the picture")
            return picture
        return self.received(text="worth telling")["id"]


class Operating(WithAFleet):
    FLEET = ["shop-01", "shop-02", *(f"shop-0{n}" for n in range(4, 9))]  # shop-03 is to come

    def test_does_what_its_document_shows(self):
        self.stand_ins += [(r"\bID\b", lambda _: self.unknown())]
        read = self.read("docs/operating.md", {
            None: self.fit, "Configuration": self.mistaken_file, "Day by day": self.something_happened, "Accounts in a file": self.fleet})
        self.assertGreater(read, 5)

    def mistaken_file(self):
        (self.place / "weixind.toml").write_text('# mistaken\n[pacing]\nprofil = "none"\n[limits]\nlogins_per_second = "fast"\n',
                                                 encoding="utf-8")

    def something_happened(self):
        self.wait_for_a_scan()
        self.inject(1, "hello", accounted=False)

    def fleet(self):
        for name in ["old-01", *self.FLEET]:
            if name != "shop-01":
                self.add(name)
        self.admin.patch("/v1/accounts/shop-01", {"bots": ["echo"]})
        tables = [f'[[account]]\nname = "{name}"\nbots = ["{"faq" if name in ("shop-01", "shop-03") else "echo"}"]\n'
                  for name in [*self.FLEET, "shop-03"]]
        (self.place / "fleet.toml").write_text("\n".join(tables), encoding="utf-8")


class Runbook(WithAFleet):
    """Who follows it is called out: every command within its sentences does what it is named for, in some order or other."""

    def test_commands_of_its_sentences_do_what_they_are_for(self):
        self.stand_ins += [
            (r"account remove NAME", self.spare), (r"\bNAME\b", "shop-01"), (r"\bTARGET\b", "web"), (r"\bTO TEXT\b", "filehelper hello"),
            (r"\bFILE\b", str(self.directory / "copy.db")), (r"\bID\b", self.send)]
        asked = inline_commands((ROOT / "docs/runbook.md").read_text(encoding="utf-8"))
        self.assertGreater(len(asked), 20)
        self.assertEqual(set(RUNBOOK_NOT_RUN) - set(asked), set())
        for command in asked:
            if command not in RUNBOOK_NOT_RUN:
                self.fit()
                if "account qr" in command:
                    self.wait_for_a_scan()
                with self.subTest(command):
                    self.line(command)

    def spare(self, _):
        self.add("spare")
        return "account remove spare --yes"

    def send(self, _):
        if "cancel" not in self.asked:
            return self.unknown()
        self.command("shop-01", "pause")
        self.wait_for_state("shop-01", "stopped")
        return self.send_text("shop-01", "filehelper", "wait for me")


class Console(WithAFleet):
    def test_is_opened_as_its_document_shows(self):
        self.assertEqual(self.read("docs/console.md", {None: self.fit}), 2)


class QuickStart(Reader):
    users = 1

    def setUp(self):
        super().setUp()
        self.start_simulator("--auto")
        self.stand_ins = [
            (r"PATH/TO/CHECKOUT/build/release/bin", str(BIN)),
            (r"(?m)^\[admin\]$", f'[network]\nconnect_to = "{self.simulator.address}"\nca_file = "{self.simulator.ca_file}"\n'
             '[metrics]\nlisten = "127.0.0.1:0"\n[admin]')]

    def serve(self, line):
        super().serve(line)
        socket = self.directory / "weixind/admin.sock"
        wait_until(socket.exists, PATIENCE, "weixind")

    def test_goes_as_the_readme_shows(self):
        self.assertEqual(self.read("README.md", {}), 3)

    def test_goes_as_the_chinese_readme_shows(self):
        self.assertEqual(self.read("README.zh-CN.md", {}), 3)


class SimulatorReadme(Reader):
    def serve(self, line):
        super().serve(line)
        announced = self.directory / "sim/weixinsim.json"
        wait_until(announced.exists, PATIENCE, "weixinsim")
        sim = json.loads(announced.read_text(encoding="utf-8"))
        self.control = tcp_client(sim["control"])
        self.start_server(configuration(self.directory, sim["listen"], sim["ca_file"]))
        self.add_online("shop-01", 1)

    def code(self, _):
        self.add("shop-02")
        return self.wait_for_code("shop-02")["uuid"]

    def picture(self, _):
        return self.inject(1, picture_bytes=1000)["msg_id"]

    def test_does_what_it_shows(self):
        self.sim = self.directory / "sim"
        self.stand_ins = [(r"/tmp/sim\b", str(self.sim)), (r" --auto", ""),
                          (r"weixinsim --dir", "weixinsim --listen 127.0.0.1:0 --control 127.0.0.1:0 --dir"),
                          (r"\bUUID\b", self.code), (r"\bMSG_ID\b", self.picture)]
        self.assertEqual(self.read("simulator/README.md", {}), 2)


class PrometheusReadme(Reader):
    def test_puts_the_place_of_the_runbook_into_every_alert(self):
        shutil.copytree(ROOT / "deploy/prometheus/rules", self.place / "rules")
        self.assertEqual(self.read("deploy/prometheus/README.md", {}), 1)
        rules = (self.place / "rules/weixind.alerts.yml").read_text(encoding="utf-8")
        leads_to = set(re.findall(r"runbook_url: (.*)#", rules))
        self.assertEqual(leads_to, {"https://wiki.example.org/weixind/runbook.md"})


if __name__ == "__main__":
    main()
