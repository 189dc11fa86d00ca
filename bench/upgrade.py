"""How long nobody polls while a new version takes over from an old one, and whether anything is lost meanwhile."""
import datetime
import pathlib
import statistics
import subprocess
import time

from measure import (AS_FAST_AS_IT_GOES, AS_SHIPPED, add_accounts, ledger, say, start_load, wait_for_replies, wait_until,
                     wait_until_online)

ACCOUNTS = 300
RATE = 50  # messages a second to all accounts, before, during and after
BEFORE, AFTER = 5, 10  # seconds


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() if text else 0.0


def codes_issued(server):
    text = server.metrics.get("/metrics").text
    return sum(float(line.rpartition(" ")[2]) for line in text.splitlines()
               if line.startswith("weixin_qr_codes_issued_total"))


def first_polls(server, after, deadline):
    """Of every account the time of its first good poll after that moment. It shows for as long as the next one is held."""
    found = {}

    def all_have_polled():
        server.process.check()
        for account in server.accounts():
            polled = moment(account["last_poll_at"])
            if polled > after:
                found.setdefault(account["name"], polled)
        return len(found) == ACCOUNTS
    wait_until(all_have_polled, deadline, "every account to poll again", interval=0.02)
    return found


def breaches(simulator):
    return simulator.control.get("/v1/violations").json()["total"]


def version(programs):
    answer = subprocess.run([str(pathlib.Path(programs) / "weixind"), "--version"], capture_output=True, text=True, check=True)
    return answer.stdout.strip()


def run(bench, chosen):
    old = (chosen.upgrade_from or chosen.programs).resolve()
    say(f"== Upgrade: {ACCOUNTS} accounts, {RATE} messages a second; stop, start of the new version, all polling again")
    say(f"  from {version(old)} to {version(chosen.programs)}")
    upgrade(bench, old, "as shipped", AS_SHIPPED)
    upgrade(bench, old, "without limits", AS_FAST_AS_IT_GOES)


def upgrade(bench, old, title, limits):
    simulator = bench.simulator(ACCOUNTS, name=f"simulated {title}")
    # What runs first comes from the old programs, and everything after it from the new ones.
    new, bench.programs = bench.programs, old
    server = bench.server(simulator, f"weixind {title}")
    bench.programs = new
    add_accounts(server, 1, ACCOUNTS)
    wait_until_online(server, ACCOUNTS, 60 + ACCOUNTS / 5)
    start_load(simulator, RATE, BEFORE + AFTER)
    time.sleep(BEFORE)
    stopped = time.time()
    bench.stop(server.process)
    ended = time.time()
    server = bench.server(simulator, f"weixind {title}", limits=limits)
    serving = time.time()
    polls = first_polls(server, ended, 60 + ACCOUNTS / 5)
    wait_until_online(server, ACCOUNTS, 60 + ACCOUNTS / 5)
    online = time.time()
    gaps = sorted(polled - stopped for polled in polls.values())
    time.sleep(AFTER)
    told = wait_for_replies(simulator)
    say(f"  {title}: stopped after {ended - stopped:.2f} s, serving {serving - ended:.2f} s later, all online "
        f"{online - stopped:.2f} s after the stop was asked for")
    say(f"    gap in polling of an account: median {statistics.median(gaps):.2f} s, longest {gaps[-1]:.2f} s; "
        f"new QR codes {codes_issued(server):g}")
    say(f"    messages {told['injected']}, answered {told['answered']}, unanswered {told['unanswered']}, doubled {told['doubled']}, "
        f"misdirected {told['misdirected']}; breaches of the protocol {breaches(simulator)}")
    bench.stop(server.process)
    bench.stop(simulator.process)
