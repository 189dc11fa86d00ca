"""What reading Weixin's large answers costs, held against a bare Boost.JSON parse of the same bytes."""
import subprocess

from measure import say


def run(bench, chosen):
    say(f"== Parsing: CPU time of reading an answer, {chosen.parse_rounds} rounds, medians")
    done = subprocess.run([bench.programs / "parsing_cost", "--rounds", str(chosen.parse_rounds)],
                          stdout=subprocess.PIPE, text=True, timeout=600, check=True)
    say(done.stdout.rstrip())
