#!/usr/bin/env python3
"""Prints what weixind costs and carries on this machine. scripts/bench builds the programs and calls this.

Everything runs on loopback against weixinsim, in a temporary directory, and ends by itself. Figures are printed and
judged by nobody: read bench/README.md before you compare them.
"""
import argparse
import os
import pathlib
import signal
import sys

import contacts
import downloads
import durable
import echo
import fleet
import isolation
import memory
import parsing
import peer
import recovery
import scrape
import sends
import slow_clients
import startup
import upgrade
import uploads
from local_weixin import ProcessDied
from measure import ROOT, Bench, say

MEASUREMENTS = {"echo": echo, "durable": durable, "memory": memory, "contacts": contacts, "fleet": fleet,
                "sends": sends, "startup": startup, "recovery": recovery, "isolation": isolation, "parsing": parsing,
                "uploads": uploads, "downloads": downloads, "upgrade": upgrade, "slow_clients": slow_clients,
                "scrape": scrape}


def options(arguments):
    parser = argparse.ArgumentParser(prog="scripts/bench", description=__doc__.split("\n\n", 1)[1],
                                     formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument("what", nargs="*", metavar="|".join(MEASUREMENTS), default=argparse.SUPPRESS,
                        help="what to measure; nothing: all of them")
    number = {"type": int, "metavar": "N"}
    parser.add_argument("--rounds", default=5, help="echo: rounds of both programs", **number)
    parser.add_argument("--seconds", default=6.0, type=float, help="echo: how long a round measures")
    parser.add_argument("--accounts", default=100, help="echo: accounts", **number)
    parser.add_argument("--rate", default=2500.0, type=float, help="echo: messages a second to all accounts together")
    parser.add_argument("--few", default=100, help="memory: accounts at the first look", **number)
    parser.add_argument("--many", default=500, help="memory, fleet: accounts", **number)
    parser.add_argument("--contacts", default=20, help="memory: friends of each account", **number)
    parser.add_argument("--fleet-rate", default=250.0, type=float, help="fleet: messages a second to all accounts")
    parser.add_argument("--fleet-seconds", default=60.0, type=float, help="fleet: how long messages come")
    parser.add_argument("--parse-rounds", default=200, help="parsing: how often each answer is read", **number)
    parser.add_argument("--scrape-rounds", default=20, help="scrape: how often the answer is made", **number)
    parser.add_argument("--peer", choices=["wechat4u"], help="set weixind beside that client, and measure nothing else")
    parser.add_argument("--upgrade-from", type=pathlib.Path, metavar="DIRECTORY",
                        help="upgrade: where the old programs are; default: the same ones")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release/bin", help="where they are")
    parser.add_argument("--check-options", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.peer and getattr(chosen, "what", None):
        parser.error("--peer measures nothing else")
    chosen.what = getattr(chosen, "what", None) or list(MEASUREMENTS)
    unknown = set(chosen.what) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"nothing is called {' or '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}")
    numbers = ("rounds", "seconds", "accounts", "rate", "few", "many", "contacts", "fleet_rate", "fleet_seconds",
               "parse_rounds", "scrape_rounds")
    if any(getattr(chosen, name) <= 0 for name in numbers) or chosen.few >= chosen.many:
        parser.error("every number must be above 0, and --many above --few")
    chosen.programs = chosen.programs.resolve()
    return chosen


def interrupt(number, _frame):
    raise KeyboardInterrupt(number)


def main(arguments):
    chosen = options(arguments)
    if chosen.check_options:
        return 0
    signal.signal(signal.SIGTERM, interrupt)
    load = " ".join(f"{l:.1f}" for l in os.getloadavg())
    say(f"{os.cpu_count()} cores, load {load}; other work on the machine makes every figure worse")
    wanted = {chosen.peer: peer} if chosen.peer else {name: MEASUREMENTS[name] for name in chosen.what}
    for name, measurement in wanted.items():
        try:
            with Bench(chosen.programs) as bench:
                measurement.run(bench, chosen)
        except ProcessDied as death:
            say(death.report)
            return 1
        except (OSError, RuntimeError, TimeoutError) as failure:
            say(f"{name} could not be measured: {failure}")
            return 1
        except KeyboardInterrupt:
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
