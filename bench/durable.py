"""What durability costs: weixind against the same weixind with a store that keeps everything in memory only."""
from echo import alternate, measure_forgetful, measure_weixind, say_ratio
from measure import say


def run(bench, chosen):
    say(f"== Durable: client CPU per echo with a durable inbox and outbox, {chosen.accounts} accounts, "
        f"{chosen.rate:g} messages a second, {chosen.rounds} rounds of {chosen.seconds:g} s each")
    simulator = bench.simulator(chosen.accounts)
    durable, forgetful = alternate(bench, simulator, chosen, ("durable", measure_weixind),
                                   ("forgetful", measure_forgetful))
    say_ratio(durable, forgetful, 1.6)
    bench.stop(simulator.process)
