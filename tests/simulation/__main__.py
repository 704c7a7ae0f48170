"""`python -m tests.simulation`: search many seeds, with every guard and with each of them missing; or replay one."""

import argparse
import sys

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from tests.simulation.checker import check
from tests.simulation.guards import REMOVALS, Removal
from tests.simulation.runs import WIRINGS, Findings, search
from tests.simulation.world import run

REMOVAL_SHARE = 20
"""A missing guard shows in few seeds; so many times fewer are enough, but at least the fewest."""
FEWEST = 500


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=10_000, help="how many seeds the whole protocol is tried with")
    parser.add_argument("--seed", type=int, help="replay this one, with a trace")
    parser.add_argument("--without", default="", choices=WIRINGS, metavar="GUARD", help="replay it without this guard")
    options = parser.parse_args(arguments)
    console = Console(highlight=False)
    if options.seed is not None:
        return _replay(console, options.seed, options.without)
    return _search(console, options.seeds)


def _replay(console: Console, seed: int, missing: str) -> int:
    ledger = run(seed, WIRINGS[missing], traced=True)
    violations = check(ledger, WIRINGS[missing].limits)
    for line in ledger.lines:
        console.print(line, markup=False, soft_wrap=True)
    for violation in violations:
        name = ledger.name(violation.request_id) if violation.request_id else ""
        console.print(f"{violation.invariant} {name}: {violation.what}", style="red")
    console.print(f"seed {seed}: {len(violations)} violations")
    return 1 if violations else 0


def _search(console: Console, seeds: int) -> int:
    fewer = max(FEWEST, seeds // REMOVAL_SHARE)
    with Progress(console=console) as progress:
        intact = _gather(progress, "", "every guard in place", seeds)
        removals = [
            (removal, _gather(progress, removal.name, f"without {removal.name}", fewer * removal.times))
            for removal in REMOVALS
        ]
    console.print(_table(intact, removals), _extra_calls(intact), sep="\n")
    return 0 if not intact.broken and all(_shown(*pair) for pair in removals) else 1


def _gather(progress: Progress, missing: str, title: str, seeds: int) -> Findings:
    total, task = Findings(), progress.add_task(title, total=seeds)
    for found in search(missing, range(seeds)):
        total.add(found)
        broken = ", ".join(f"{name} {count}" for name, count in sorted(total.broken.items()))
        progress.update(task, completed=total.seeds, description=f"{title}: {broken or 'nothing broken'}")
    return total


def _table(intact: Findings, removals: list[tuple[Removal, Findings]]) -> Table:
    table = Table("guard taken out", "seeds", "broken in so many of them", "for example", "as it must be")
    table.add_row("none", f"{intact.seeds:,}", *_broken(intact), "no: a violation" if intact.broken else "yes")
    for removal, found in removals:
        verdict = "yes" if _shown(removal, found) else f"no: {' and '.join(removal.breaks)} must break"
        table.add_row(removal.name, f"{found.seeds:,}", *_broken(found), verdict)
    return table


def _broken(found: Findings) -> tuple[str, str]:
    named = sorted(found.broken.items())
    counts = ", ".join(f"{invariant} {count}" for invariant, count in named) or "-"
    return counts, ", ".join(str(found.examples[invariant][0]) for invariant, _ in named)


def _shown(removal: Removal, found: Findings) -> bool:
    return all(found.broken[invariant] for invariant in removal.breaks)


def _extra_calls(found: Findings) -> str:
    per_reason = "".join(f"\n  {count:>6,}  {reason}" for reason, count in found.extra_calls.most_common())
    return (
        f"{found.requests:,} accepted requests, {found.calls:,} provider calls, of these extra and allowed:{per_reason}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
