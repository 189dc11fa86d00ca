"""Joins what the callers were promised, what the service saw, and what the server says it did."""
import collections

FINAL = {"sent", "refused", "unknown", "expired"}


class Verdict:
    """What was found, as numbers, and every breach of a promise as a sentence."""

    def __init__(self):
        self.numbers = collections.Counter()
        self.breaches = []

    def breach(self, text):
        self.numbers["breaches"] += 1
        if len(self.breaches) < 20:
            self.breaches.append(text)

    def line(self, *names):
        return " ".join(f"{name}={self.numbers[name]}" for name in names)


def join(town, callers, friends, strict=True):
    """`strict`: nothing in this run is a reason to refuse a send."""
    verdict = Verdict()
    join_outbound(town, callers, verdict, strict)
    join_inbound(town, friends, verdict)
    return verdict


def join_outbound(town, callers, verdict, strict):
    taken = collections.Counter()   # by account's user and text
    msg_ids = collections.defaultdict(set)
    for send in town.sent():
        if send["ret"] == 0:
            taken[send["text"]] += 1
            msg_ids[send["text"]].add(send["msg_id"])
    for promise in callers.broken_promises:
        verdict.breach(promise)
    for text, times in taken.items():
        if times > 1:
            verdict.numbers["sent_twice"] += 1
            verdict.breach(f"the service took {text!r} {times} times")

    sends = {}
    for name in town.names:
        for send in town.sends_of(name):
            sends[send["id"]] = (name, send)
    for request in callers.requests:
        if request.refused:
            verdict.numbers["refused_requests"] += 1
            continue
        if request.id is None:
            verdict.breach(f"{request.key} never got an answer")
            continue
        verdict.numbers["accepted"] += 1
        name, send = sends.pop(request.id, (None, None))
        if send is None or name != request.account:
            verdict.numbers["accepted_lost"] += 1
            verdict.breach(f"the accepted send {request.id} is gone")
            continue
        state = send["state"]
        verdict.numbers[state] += 1
        if state not in FINAL:
            verdict.breach(f"{request.id} is still {state}")
        elif state == "sent":
            if taken[request.text] == 0:
                verdict.breach(f"{request.id} is sent, but the service never saw it")
            elif send["msg_id"] not in msg_ids[request.text]:
                verdict.breach(f"{request.id} has a message id that is not the service's")
        elif state in ("refused", "expired") and taken[request.text]:
            verdict.numbers["false_refusals"] += 1
            verdict.breach(f"{request.id} is {state} ({send['error']}), but the service took it")
        if state == "unknown" and taken[request.text]:
            verdict.numbers["unknown_but_sent"] += 1
        if state == "refused" and strict:
            verdict.breach(f"{request.id} was refused ({send['error']}), which nothing here is a reason for")
    # What is left are the bot's answers.
    for name, send in sends.values():
        verdict.numbers["bot_sends"] += 1
        if send["state"] not in FINAL:
            verdict.breach(f"the bot's send {send['id']} of {name} is still {send['state']}")


def join_inbound(town, friends, verdict):
    users = town.users()
    for name in town.names:
        stored = collections.Counter(m["id"] for m in town.messages_of(name))
        for msg_id in friends.shown[users[name]]:
            verdict.numbers["shown"] += 1
            if stored[msg_id] == 0:
                verdict.numbers["inbound_lost"] += 1
                verdict.breach(f"{name} lost message {msg_id}")
        for msg_id, times in stored.items():
            if times > 1:
                verdict.numbers["inbound_doubled"] += 1
                verdict.breach(f"{name} has message {msg_id} {times} times")
    ledger = town.control.get("/v1/ledger").json()
    for kind in ("doubled", "misdirected"):
        if ledger[kind]:
            verdict.breach(f"answers of the bot: {ledger[kind]} {kind}")
    verdict.numbers["answered"] = ledger["answered"]
