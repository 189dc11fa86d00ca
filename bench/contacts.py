"""Resident memory per contact: the difference between short and long address books of as many accounts."""
from measure import add_accounts, say, wait_until_online
from memory import settle

ACCOUNTS = 50
# Both are more than the store's cache of pages holds, which fills with the first of them and grows no more.
FEW, MANY = 1020, 2020


def resident(bench, contacts):
    simulator = bench.simulator(ACCOUNTS, "--contacts", str(contacts), name=f"simulated {contacts}")
    server = bench.server(simulator, f"weixind {contacts}")
    add_accounts(server, 1, ACCOUNTS)
    wait_until_online(server, ACCOUNTS, 60 + ACCOUNTS)
    kib = settle(server)
    bench.stop(server.process)
    bench.stop(simulator.process)
    return kib


def run(bench, _chosen):
    say(f"== Contacts: resident bytes of a contact, {ACCOUNTS} accounts with {FEW:,} and with {MANY:,} friends each")
    few, many = resident(bench, FEW), resident(bench, MANY)
    say(f"  {few} KiB and {many} KiB: {(many - few) * 1024 / (ACCOUNTS * (MANY - FEW)):.0f} bytes a contact (goal: at most 400)")
