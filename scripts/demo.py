#!/usr/bin/env python3
"""Many simulated Weixin accounts on one weixind, watched live. scripts/demo builds the programs and calls this.

Starts weixinsim and weixind as two processes on free loopback ports in a temporary directory, adds the accounts through the
admin socket, lets simulated phones scan and confirm their QR codes, sends the accounts messages and watches the echo bot
answer. At the end it counts, and leaves nothing behind.
"""
import argparse
import os
import pathlib
import shutil
import signal
import sys
import tempfile
import time

import local_weixin
from local_weixin import ProcessDied, Server, Simulator, configuration

STATES = ("online", "starting", "awaiting_scan", "awaiting_confirm", "degraded", "throttled", "cooling_off", "needs_login",
          "held", "stopped")
OUTSTANDING_DEADLINE = 30  # seconds for replies that are on their way when the messages end
INTERRUPTED_DEADLINE = 2
A_WEEK = 7 * 24 * 3600
REFRESH = 1.0


class Interrupted(Exception):
    def __init__(self, number):
        self.number = number
        super().__init__()


def options(arguments):
    def positive(kind, most):
        def read(text):
            value = kind(text)
            if not 0 < value <= most:
                raise argparse.ArgumentTypeError(f"must be above 0 and at most {most}")
            return value
        read.__name__ = kind.__name__
        return read

    parser = argparse.ArgumentParser(
        prog="scripts/demo", formatter_class=argparse.RawDescriptionHelpFormatter,
        description=__doc__.split("\n\n", 1)[1].rstrip(),
        epilog="The last line is: accounts=ONLINE/N injected=N answered=N lost=N doubled=N\n"
               "Exit code: 0 when all accounts came online and every message was answered exactly once,\n"
               "1 when not, 2 for a wrong option, 130 after Ctrl-C.\n"
               "Without a terminal one line a second is printed instead of the table.")
    parser.add_argument("--accounts", type=positive(int, 10_000), default=20, metavar="N", help="how many (default 20)")
    parser.add_argument("--rate", type=positive(float, 10_000), default=20, metavar="MSG_PER_S",
                        help="messages a second to all accounts together (default 20)")
    parser.add_argument("--for", type=positive(float, A_WEEK), dest="seconds", metavar="SECONDS",
                        help="end by itself after so long, counted from the first message (default: until Ctrl-C)")
    parser.add_argument("--programs", type=pathlib.Path, default=local_weixin.ROOT / "build/release/bin", metavar="DIR",
                        help="where weixind and weixinsim are (default build/release/bin)")
    parser.add_argument("--keep", action="store_true", help="keep the temporary directory with the logs")
    parser.add_argument("--check-options", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


def shown_ms(value):
    return "-" if value is None else f"{value:.1f} ms" if value < 1000 else f"{value / 1000:.2f} s"


class Screen:
    """The live table on a terminal, or a line a second."""

    def __init__(self, out, directory, programs, server, wanted):
        self.out = out
        self.is_table = out.isatty() and os.environ.get("TERM", "dumb") != "dumb"
        self.wanted = wanted
        if programs.is_relative_to(local_weixin.ROOT):
            programs = programs.relative_to(local_weixin.ROOT)
        self.hints = [
            f"metrics for Prometheus and Grafana: curl http://{server.metrics_address}/metrics",
            f"admin socket: curl --unix-socket {server.socket} http://weixind/v1/accounts",
            f"              {programs}/weixinctl --socket {server.socket} account list --watch",
            f"logs and data: {directory}",
        ]
        if not self.is_table:
            print("\n".join(self.hints), file=out, flush=True)

    def show(self, phase, elapsed, numbers):
        if self.is_table:
            columns, lines = shutil.get_terminal_size()
            rows = [line[:columns - 1] for line in self.table(phase, elapsed, numbers)][:lines - 1]
            # What an earlier frame left below is wiped before the last line break, so that what follows stands alone.
            self.out.write("\x1b[H" + "\x1b[K\n".join(rows) + "\x1b[J\n")
        else:
            self.out.write(self.line(phase, elapsed, numbers) + "\n")
        self.out.flush()

    def clear(self):
        if self.is_table:
            self.out.write("\x1b[2J")

    def line(self, phase, elapsed, n):
        others = "".join(f" {s}={n.states[s]}" for s in STATES[1:] if n.states[s])
        return (f"t={elapsed:.0f}s phase={phase.split()[0]} online={n.states['online']}/{self.wanted}{others} "
                f"in={n.messages_in} replies={n.replies} waiting={n.waiting} p50={shown_ms(n.p50).replace(' ', '')} "
                f"p99={shown_ms(n.p99).replace(' ', '')}")

    def table(self, phase, elapsed, n):
        width = 40
        rows = [f"weixind demo: {self.wanted} accounts, {phase}", ""]
        for state in STATES:
            count = n.states[state]
            if count or state == "online":
                bar = "#" * round(width * count / self.wanted)
                rows.append(f"  {state:<18}{count:>7}  {bar}")
        rows += ["",
                 f"  {'messages in':<18}{n.messages_in:>7}  {n.rate:.0f}/s",
                 f"  {'replies':<18}{n.replies:>7}  {n.waiting} on their way",
                 f"  {'reply latency':<18}{'p50':>7}  {shown_ms(n.p50)}",
                 f"  {'':<18}{'p99':>7}  {shown_ms(n.p99)}",
                 f"  {'elapsed':<18}{elapsed:>6.0f}s",
                 ""]
        return rows + ["  " + hint for hint in self.hints] + ["", "  Ctrl-C ends it."]


class Numbers:
    """What the table shows, asked from both sides."""

    def __init__(self, fleet, before):
        accounts = fleet.server.accounts()
        self.states = dict.fromkeys(STATES, 0)
        for account in accounts:
            self.states[account["state"]] = self.states.get(account["state"], 0) + 1
        self.messages_in = sum(a["messages_in"] for a in accounts)
        self.queued = sum(a["queue"] for a in accounts)
        self.ledger = fleet.simulator.control.get("/v1/ledger").json()
        self.replies = self.ledger["answered"] + self.ledger["doubled"]
        self.waiting = self.ledger["unanswered"]
        self.p50 = self.ledger["reply_p50_ms"]
        self.p99 = self.ledger["reply_p99_ms"]
        self.at = time.monotonic()
        self.rate = (self.messages_in - before.messages_in) / max(self.at - before.at, 0.001) if before else 0.0


class Fleet:
    """Both processes and everything that happens to them."""

    def __init__(self, chosen, directory):
        self.chosen = chosen
        self.directory = directory
        self.started = time.monotonic()
        self.simulator = None
        self.server = None
        self.screen = None
        self.numbers = None

    def start(self):
        progress("starting weixinsim, the simulated service")
        self.simulator = Simulator(self.chosen.programs, self.directory, self.chosen.accounts, ["--auto"])
        progress("starting weixind")
        extra = f"[limits]\nlogins_per_second = {max(10, self.chosen.accounts // 10)}\n"
        text = configuration(self.directory, self.simulator.address, self.simulator.ca_file, extra)
        self.server = Server(self.chosen.programs, self.directory, text)

    def processes(self):
        return [p.process for p in (self.server, self.simulator) if p is not None]

    def check(self):
        for process in self.processes():
            process.check()

    def look(self, phase):
        self.check()
        try:
            self.numbers = Numbers(self, self.numbers)
        except OSError:
            # A child that just died shows as a refused connection first.
            time.sleep(0.2)
            self.check()
            raise
        self.screen.show(phase, time.monotonic() - self.started, self.numbers)
        return self.numbers

    def watch(self, phase, deadline, is_over):
        """Shows the numbers once a second until `is_over` of them or the deadline; true in the first case."""
        end = None if deadline is None else time.monotonic() + deadline
        while True:
            begin = time.monotonic()
            if is_over(self.look(phase)):
                return True
            now = time.monotonic()
            if end is not None and now >= end:
                return False
            rest = REFRESH - (now - begin)
            if end is not None:
                rest = min(rest, end - now)
            time.sleep(max(rest, 0.01))

    def add_accounts(self):
        width = max(2, len(str(self.chosen.accounts)))
        for number in range(1, self.chosen.accounts + 1):
            name = f"shop-{number:0{width}}"
            answer = self.server.admin.post("/v1/accounts", {"name": name})
            if answer.status != 201:
                raise RuntimeError(f"weixind refused the account {name}: {answer.status} {answer.text}")

    def run(self):
        self.screen = Screen(sys.stdout, self.directory, self.chosen.programs, self.server, self.chosen.accounts)
        self.screen.clear()
        self.add_accounts()
        everyone = self.chosen.accounts
        self.watch("logging in by QR code", 60 + everyone / 5, lambda n: n.states["online"] == everyone)
        seconds = self.chosen.seconds
        load = {"rate_per_second": self.chosen.rate, "seconds": seconds or A_WEEK, "text": "hello {token}"}
        answer = self.simulator.control.post("/v1/load", load)
        if answer.status != 202:
            raise RuntimeError(f"weixinsim refused the load: {answer.status} {answer.text}")
        self.watch(f"answering {self.chosen.rate:g} messages a second", seconds, lambda n: False)
        self.drain(OUTSTANDING_DEADLINE)

    def drain(self, deadline):
        """Ends the messages and waits for what is under way: replies, and sends that would be second ones."""
        self.simulator.control.delete("/v1/load")
        self.watch("waiting for the last replies", deadline, lambda n: n.waiting == 0 and n.queued == 0)

    def summary(self):
        """The last line, and whether all is well. Also for a run that was cut short."""
        ledger = self.numbers.ledger if self.numbers else {}
        online = self.numbers.states["online"] if self.numbers else 0
        count = {key: ledger.get(key, 0) for key in ("injected", "answered", "unanswered", "doubled")}
        line = (f"accounts={online}/{self.chosen.accounts} injected={count['injected']} answered={count['answered']} "
                f"lost={count['unanswered']} doubled={count['doubled']}")
        is_good = (online == self.chosen.accounts and 0 < count["injected"] == count["answered"]
                   and ledger.get("misdirected", 0) == 0)
        for key, words in (("misdirected", "replies went into a wrong chat"),
                           ("violations", "breaches of the protocol were counted by weixinsim")):
            if ledger.get(key):
                print(f"warning: {ledger[key]} {words}")
        return line, is_good

    def stop(self):
        """Returns the processes that did not end as they should."""
        return [p for p in self.processes() if p.is_running() and p.stop() != 0]


def progress(text):
    print(f"== {text}", flush=True)


def complain(text):
    print(text, file=sys.stderr, flush=True)


def interrupt(number, _frame):
    raise Interrupted(number)


def ignore_interrupts():
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


def run(fleet):
    """Exit code before the children are stopped, 0 meaning that the summary decides."""
    try:
        fleet.start()
        fleet.run()
        return 0
    except Interrupted as cut:
        try:
            # The replies of the last moment are not lost, only late. A second Ctrl-C does not wait for them.
            if fleet.screen and fleet.numbers:
                fleet.drain(INTERRUPTED_DEADLINE)
        except (Interrupted, ProcessDied, OSError):
            pass
        return 128 + cut.number
    except ProcessDied as death:
        complain(death.report)
        return 1
    except (OSError, RuntimeError, TimeoutError) as failure:
        complain(f"the demo failed: {failure}")
        for process in fleet.processes():
            complain(process.report())
        return 1


def main(arguments):
    chosen = options(arguments)
    if chosen.check_options:
        return 0
    for program in ("weixind", "weixinsim"):
        if not (chosen.programs / program).is_file():
            complain(f"{chosen.programs / program} is missing: run scripts/build first, or scripts/demo, which does")
            return 1
    chosen.programs = chosen.programs.resolve()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    directory = tempfile.mkdtemp(prefix="weixind-demo-")
    fleet = Fleet(chosen, directory)
    try:
        code = run(fleet)
    finally:
        ignore_interrupts()
        unclean = fleet.stop()
        reports = [p.report() for p in unclean]
        if chosen.keep:
            complain(f"kept: {directory}")
        else:
            shutil.rmtree(directory, ignore_errors=True)
    for report in reports:
        complain(report)
    line, is_good = fleet.summary()
    print(line, flush=True)
    if code:
        return code
    return 0 if is_good and not reports else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
