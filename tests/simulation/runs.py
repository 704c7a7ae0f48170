"""Many seeds on all cores, and what they found."""

import gc
import os
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field

from tests.simulation.checker import check
from tests.simulation.guards import REMOVALS
from tests.simulation.violation import Violation
from tests.simulation.wiring import INTACT, Wiring
from tests.simulation.world import run

CHUNK = 25
WIRINGS: dict[str, Wiring] = {"": INTACT} | {removal.name: removal.without for removal in REMOVALS}
"""By the guard that is missing."""
SHOWN = 3


@dataclass
class Findings:
    """Of a number of seeds, all with the same wiring."""

    seeds: int = 0
    broken: Counter[str] = field(default_factory=Counter)
    """Invariant -> the seeds in which it broke."""
    examples: dict[str, list[int]] = field(default_factory=dict)
    """The first seeds of each."""
    extra_calls: Counter[str] = field(default_factory=Counter)
    calls: int = 0
    requests: int = 0
    dead_letters: int = 0

    def add(self, other: "Findings") -> None:
        self.seeds += other.seeds
        self.broken += other.broken
        self.extra_calls += other.extra_calls
        self.calls += other.calls
        self.requests += other.requests
        self.dead_letters += other.dead_letters
        for invariant, seeds in other.examples.items():
            self.examples[invariant] = sorted([*self.examples.get(invariant, []), *seeds])[:SHOWN]


def search(missing: str, seeds: range) -> Iterator[Findings]:
    """The findings of one chunk after another, in whatever order they are done."""
    chunks = [seeds[start : start + CHUNK] for start in range(0, len(seeds), CHUNK)]
    with ProcessPoolExecutor(max_workers=os.cpu_count()) as pool:
        yield from pool.map(_findings, [missing] * len(chunks), chunks)


def violations_of(missing: str, seed: int) -> list[Violation]:
    return check(run(seed, WIRINGS[missing]), WIRINGS[missing].limits)


def _findings(missing: str, seeds: range) -> Findings:
    wiring, found = WIRINGS[missing], Findings(seeds=len(seeds))
    gc.disable()  # a run makes much garbage in circles: it goes at once, after each chunk
    for seed in seeds:
        ledger = run(seed, wiring)
        for invariant in sorted({violation.invariant for violation in check(ledger, wiring.limits)}):
            found.broken[invariant] += 1
            found.examples.setdefault(invariant, []).append(seed)
        found.extra_calls += ledger.extra_calls
        found.calls += sum(len(calls) for calls in ledger.calls.values())
        found.requests += len(ledger.accepted)
        found.dead_letters += len(ledger.dead_letters)
    gc.collect()
    return found
