"""A Node program as a child that speaks lines of JSON, with everything it says kept for the test to look at."""
import base64
import json
import os
import pathlib
import subprocess
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent


def as_bytes(value):
    """The bytes of a {"$base64": ...}."""
    return base64.b64decode(value["$base64"])


def from_bytes(data):
    return {"$base64": base64.b64encode(data).decode()}


def environment(simulator):
    """Only what Node needs: nothing of this machine's proxies and settings."""
    return {"PATH": os.environ["PATH"], "HOME": str(simulator.directory), "WEIXINSIM_ADDRESS": simulator.address,
            "NODE_EXTRA_CA_CERTS": simulator.ca_file}


class NodeClient:
    """The client, behind the script that keeps it on this machine. `patience` in seconds."""

    def __init__(self, simulator, log_path, patience=60):
        self.patience = patience
        self.events = []
        self.answers = {}
        self.changed = threading.Condition()
        self.last_id = 0
        self.log = open(log_path, "ab")
        self.child = subprocess.Popen(
            ["setpriv", "--pdeathsig", "TERM", "node", "--require", str(HERE / "loopback_only.js"),
             str(HERE / "client.js")],
            env=environment(simulator), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log, cwd=HERE)
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()
        self.wait_for("ready")

    def _read(self):
        for line in self.child.stdout:
            try:
                said = json.loads(line)
            except ValueError:
                self.log.write(line)
                continue
            with self.changed:
                if "event" in said:
                    self.events.append(said)
                else:
                    self.answers[said["id"]] = said
                self.changed.notify_all()

    def _wait(self, condition, what):
        end = time.monotonic() + self.patience
        with self.changed:
            while True:
                value = condition()
                if value is not None:
                    return value
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(f"the client did not say {what}; its last events: {self.events[-5:]}")
                self.changed.wait(left)

    def call(self, name, *arguments):
        """The result of one of the client's methods; an error of it fails the test."""
        with self.changed:
            self.last_id += 1
            number = self.last_id
        self.child.stdin.write(json.dumps({"id": number, "call": name, "args": arguments}).encode() + b"\n")
        self.child.stdin.flush()
        said = self._wait(lambda: self.answers.pop(number, None), f"an answer to {name}")
        if "error" in said:
            raise AssertionError(f"{name}: {said['error']}")
        return said["result"]

    def wait_for(self, event, matches=lambda data: True):
        """What came with the first such event."""
        def found():
            return next((e for e in self.events if e["event"] == event and matches(e.get("data"))), None)
        return self._wait(found, event).get("data")

    def message(self, msg_id):
        return self.wait_for("message", lambda m: m["MsgId"] == msg_id)

    def errors(self):
        with self.changed:
            return [e["data"] for e in self.events if e["event"] == "error"]

    def close(self):
        self.child.stdin.close()
        try:
            self.child.wait(20)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
        self.reader.join()
        self.child.stdout.close()
        self.log.close()
