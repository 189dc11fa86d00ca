#!/usr/bin/env python3
"""What a server promises, while it is killed, while everything around it fails, or for hours. scripts/chaos calls this.

A real weixind against a real weixinsim, both on loopback in a temporary directory. Callers have texts sent and remember every
202; friends write to the accounts. At the end the callers' promises, what the service saw, and what the server says are
joined: nothing accepted lost, nothing sent twice, no message lost, every interrupted attempt `unknown`.
"""
import argparse
import pathlib
import shutil
import sys
import tempfile
import time

import aborts
import kills
import soak
from town import ROOT, ProcessDied


def positive(kind):
    def read(text):
        value = kind(text)
        if value <= 0:
            raise argparse.ArgumentTypeError("must be above 0")
        return value
    read.__name__ = kind.__name__
    return read


def options(arguments):
    parser = argparse.ArgumentParser(prog="scripts/chaos", formatter_class=argparse.RawDescriptionHelpFormatter,
                                     description=__doc__.split("\n\n", 1)[1].rstrip(),
                                     epilog="Exit code: 0 when every promise was kept, 1 when not, 2 for a wrong option.")
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--kills", type=positive(int), metavar="N", help="kill -9 under load, N times (default 25)")
    what.add_argument("--hours", type=positive(float), metavar="H",
                      help="no kills but random faults of the service for so long, watching memory and files")
    what.add_argument("--abort-at-every-store-call", action="store_true", dest="aborts",
                      help="a small scenario whose server aborts at its n-th commit, n = 1, 2, 3 ... until it gets through")
    parser.add_argument("--accounts", type=positive(int), metavar="N", help="default 20; 50 with --hours; 2 with --abort-...")
    parser.add_argument("--rate", type=positive(float), metavar="PER_S",
                        help="accepted sends, and received messages, a second (default 50; 10 with --hours)")
    parser.add_argument("--pause", type=positive(float), default=1.5, metavar="SECONDS",
                        help="between two kills, on average (default 1.5)")
    parser.add_argument("--seed", type=int, default=1, help="of the moments and faults (default 1)")
    parser.add_argument("--stride", type=positive(int), default=1, metavar="N", help="only every N-th commit (default 1)")
    parser.add_argument("--workers", type=positive(int), default=6, metavar="N",
                        help="so many aborting servers at a time: they mostly wait (default 6)")
    parser.add_argument("--durability", choices=("power", "process"), default="power", help="store.durability")
    parser.add_argument("--no-bots", action="store_false", dest="bots", help="nobody answers the messages")
    parser.add_argument("--programs", type=pathlib.Path, default=ROOT / "build/release/bin", metavar="DIR",
                        help="where weixind and weixinsim are (default build/release/bin)")
    parser.add_argument("--keep", action="store_true", help="keep the temporary directory with logs and data")
    parser.add_argument("--check-options", action="store_true", help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.accounts is None:
        chosen.accounts = 50 if chosen.hours else 2 if chosen.aborts else 20
    if chosen.rate is None:
        chosen.rate = 10 if chosen.hours else 50
    if not (chosen.kills or chosen.hours or chosen.aborts):
        chosen.kills = 25
    return chosen


def say(text):
    print(f"[{time.strftime('%H:%M:%S')}] {text}", flush=True)


def main(arguments):
    chosen = options(arguments)
    if chosen.check_options:
        return 0
    chosen.programs = chosen.programs.resolve()
    for program in ("weixind", "weixinsim"):
        if not (chosen.programs / program).is_file():
            print(f"{chosen.programs / program} is missing: run scripts/build first, or scripts/chaos, which does",
                  file=sys.stderr)
            return 1
    directory = tempfile.mkdtemp(prefix="weixind-chaos-")
    mode = aborts if chosen.aborts else soak if chosen.hours else kills
    keep = chosen.keep
    try:
        verdict = mode.run(chosen, directory, say)
        for breach in verdict.breaches:
            print(f"broken promise: {breach}")
        print(mode.summary(verdict), flush=True)
        keep = keep or bool(verdict.breaches)
        return 1 if verdict.breaches else 0
    except KeyboardInterrupt:
        return 130
    except ProcessDied as death:
        print(death.report, file=sys.stderr)
        keep = True
        return 1
    except (OSError, RuntimeError, TimeoutError) as failure:
        print(f"the run failed: {failure}", file=sys.stderr)
        keep = True
        return 1
    finally:
        if keep:
            print(f"kept: {directory}", file=sys.stderr)
        else:
            shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
