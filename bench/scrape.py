"""What a scrape costs: series, bytes and time of the exposition, at 1,000 and 10,000 accounts."""
import subprocess

from measure import say


def run(bench, chosen):
    say(f"== Scrape: making the answer of /metrics, {chosen.scrape_rounds} rounds, medians")
    done = subprocess.run([bench.programs / "scrape_cost", "--rounds", str(chosen.scrape_rounds)],
                          stdout=subprocess.PIPE, text=True, timeout=600, check=True)
    say(done.stdout.rstrip())
