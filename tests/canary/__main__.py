"""`python -m tests.canary --count 200 --seed 1`: exit status 1 where a key came to rest, or the search proved blind."""

import argparse
import sys

from rich.console import Console

from tests.canary.prove import Plan, prove

KILLS = 10
SILENT_EVERY = 60

arguments = argparse.ArgumentParser(prog="python -m tests.canary")
arguments.add_argument("--count", type=int, default=200)
arguments.add_argument("--seed", type=int, default=1)
given = arguments.parse_args()
console = Console()
plan = Plan(
    count=given.count,
    seed=given.seed,
    kill_every=max(1, given.count // KILLS),
    silent_every=SILENT_EVERY,
    listen=True,
)
report = prove(plan, console.print)
report.show(console)
sys.exit(bool(report.problems))
