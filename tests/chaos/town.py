"""A weixinsim and a weixind that dies and comes back, for the chaos runs. Everything on loopback, in one directory."""
import pathlib
import signal
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from local_weixin import ProcessDied, Server, Simulator, UnixConnection, configuration, unix_client, wait_until  # noqa: E402

LOGIN_DEADLINE = 120


class Town:
    """The simulated service with its phones, and one server with accounts that are served by one user each."""

    def __init__(self, programs, directory, accounts, bots=True, durability="power", simulator_arguments=(), extra=""):
        self.programs = programs
        self.directory = pathlib.Path(directory)
        self.names = [f"shop-{n:02}" for n in range(1, accounts + 1)]
        self.simulator = Simulator(programs, directory, accounts, ["--auto", *simulator_arguments])
        limits = f"[limits]\nlogins_per_second = {max(20, accounts)}\n\n[store]\ndurability = \"{durability}\"\n\n{extra}"
        self.configuration = configuration(directory, self.simulator.address, self.simulator.ca_file, limits,
                                           bots='["echo"]' if bots else "[]")
        self.server = None
        self.starts = 0
        self.sent_so_far = []
        self.sent_position = 0

    @property
    def control(self):
        return self.simulator.control

    @property
    def socket(self):
        return self.directory / "admin.sock"

    def start(self, environment=None, expect_start=True):
        """Returns when the server answers, or at once when it is not expected to get so far."""
        self.starts += 1
        self.server = Server(self.programs, self.directory, self.configuration, environment, expect_start)
        return self.server

    def admin(self):
        """A client of whatever server runs, or none."""
        return unix_client(self.socket)

    def kill(self):
        self.server.process.signal(signal.SIGKILL)
        self.server.process.wait()

    def add_accounts(self):
        for name in self.names:
            answer = self.server.admin.post("/v1/accounts", {"name": name})
            if answer.status not in (201, 409):
                raise RuntimeError(f"weixind refused the account {name}: {answer.status} {answer.text}")

    def wait_until_online(self, deadline=LOGIN_DEADLINE):
        def all_online():
            self.server.process.check()
            return self.server.states()["online"] == len(self.names)
        wait_until(all_online, deadline, "all accounts to be online", 0.1)

    def stop(self):
        """True when every process that still ran ended as it should."""
        good = True
        for part in (self.server, self.simulator):
            if part is not None and part.process.is_running():
                good = part.process.stop() == 0 and good
        return good

    # -- what both sides remember

    def ask(self, target):
        """What the server answers to a GET; one that has just died is asked again once it is back."""
        def answer():
            try:
                return self.admin().get(target)
            except OSError:
                return None
        return wait_until(answer, 30, f"an answer to GET {target}", 0.05).json()

    def users(self):
        """The number of the user that each account serves, by account: whose phone scanned its code.

        A server that has just come back knows its users again once their sessions live.
        """
        nicks = {user["nick"]: user["user"] for user in self.control.get("/v1/users?limit=10000").json()["users"]}

        def known():
            accounts = self.ask("/v1/accounts")["accounts"]
            return accounts if all(account["nickname"] in nicks for account in accounts) else None
        accounts = wait_until(known, LOGIN_DEADLINE, "the server to know all its users", 0.05)
        return {account["name"]: nicks[account["nickname"]] for account in accounts}

    def messages_of(self, name):
        """All received messages of an account, oldest first."""
        found, after = [], 0
        while True:
            page = self.ask(f"/v1/accounts/{name}/messages?after={after}&limit=1000")
            found += page["messages"]
            if page.get("next") is None:
                return found
            after = page["next"]

    def sends_of(self, name):
        """All sends of an account, oldest first."""
        found, after = [], ""
        while True:
            query = f"?limit=1000&after={after}" if after else "?limit=1000"
            page = self.ask(f"/v1/accounts/{name}/outbox{query}")
            found += page["sends"]
            if page.get("next") is None:
                return found
            after = page["next"]

    def unfinished(self):
        return sum(account["queue"] for account in self.server.accounts())

    def sent(self):
        """What the service took or refused, oldest first. It forgets the oldest: long runs call this now and then."""
        while True:
            page = self.control.get(f"/v1/sent?after={self.sent_position}&limit=10000").json()
            self.sent_so_far += page["sent"]
            if page["next"] == self.sent_position:
                return self.sent_so_far
            self.sent_position = page["next"]

    def violations(self):
        return self.control.get("/v1/violations").json()

    def pass_time(self, seconds, check=True):
        """Waits, and notices when a process dies that should not."""
        end = time.monotonic() + seconds
        while (rest := end - time.monotonic()) > 0:
            if check:
                self.server.process.check()
            self.simulator.process.check()
            time.sleep(min(rest, 0.5))


__all__ = ["ProcessDied", "ROOT", "Town", "UnixConnection", "wait_until"]
