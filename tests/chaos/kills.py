"""kill -9 at random moments under load, again and again; at the end nothing is lost and nothing was sent twice."""
import random
import time

import ledgers
from callers import Callers, Friends
from town import Town, wait_until

DRAIN_DEADLINE = 120


def run(chosen, directory, say):
    """Returns the verdict."""
    dice = random.Random(chosen.seed)
    town = Town(chosen.programs, directory, chosen.accounts, chosen.bots, chosen.durability)
    callers = friends = None
    try:
        town.start()
        town.add_accounts()
        town.wait_until_online()
        callers = Callers(town.socket, town.names, chosen.rate, chosen.seed)
        friends = Friends(town.control, chosen.accounts, chosen.rate, chosen.seed + 1)
        callers.start()
        friends.start()
        for number in range(1, chosen.kills + 1):
            # Some die while they start.
            time.sleep(dice.uniform(0.0, 2 * chosen.pause))
            town.simulator.process.check()
            town.kill()
            town.start(expect_start=dice.random() < 0.8)
            if number % 10 == 0:
                say(f"{number} kills, accepted {len(callers.accepted())}, shown {friends.count()}")
        if town.server.admin is None:
            town.kill()
            town.start()
        friends.stop()
        callers.stop_making()
        wait_until(lambda: callers.open() == 0, DRAIN_DEADLINE, "the last answers")
        town.wait_until_online()
        logins = sum(town.control.get(f"/v1/users/{n}").json()["logins"] for n in range(1, chosen.accounts + 1))
        wait_until(lambda: is_quiet(town), DRAIN_DEADLINE, "the queues to drain", 0.2)
        callers.end()
        verdict = ledgers.join(town, callers, friends)
        verdict.numbers["kills"] = chosen.kills
        verdict.numbers["scans"] = logins
        if logins != chosen.accounts:
            verdict.breach(f"{logins - chosen.accounts} sessions were not resumed and needed a new scan")
    finally:
        if callers:
            callers.end()
        if friends:
            friends.writing = False
        good = town.stop()
    if not good:
        verdict.breach("a process did not end as it should")
    return verdict


def is_quiet(town):
    """Nothing waits to be sent, and every message that was shown has been fetched."""
    town.server.process.check()
    ledger = town.control.get("/v1/ledger").json()
    if ledger["delivered"] < ledger["injected"]:
        return False
    if town.unfinished() != 0:
        return False
    # Bots may still be asked.
    time.sleep(1.0)
    return town.unfinished() == 0


def summary(verdict):
    return verdict.line("kills", "accepted", "sent", "unknown", "unknown_but_sent", "refused", "accepted_lost", "sent_twice",
                        "shown", "answered", "inbound_lost", "inbound_doubled", "scans", "breaches")
