"""What durability costs: weixind against the same weixind with a store that keeps everything in memory only."""
from echo import compare, start_forgetful, start_weixind
from measure import say


def run(bench, chosen):
    say(f"== Durable: client CPU per echo with a durable inbox and outbox, {chosen.accounts} accounts, "
        f"{chosen.rate:g} messages a second, {chosen.rounds} rounds of {chosen.seconds:g} s each")
    compare(bench, chosen, ("durable", start_weixind), ("forgetful", start_forgetful), 1.6)
