"""A short search, with the same seeds each time; `make simulate` is the long one."""

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.simulation.guards import REMOVALS, Removal
from tests.simulation.runs import violations_of
from tests.simulation.wiring import INTACT
from tests.simulation.world import run

SEEDS = range(150)
FEW_SEEDS = range(30)
FREQUENT = frozenset(
    {
        "the lease",
        "the saved result under the lease",
        "deleting last",
        "the row before COMPLETED",
        "self-contained messages",
        "the readers of the dead letters",
    }
)
"""Those whose absence shows in a few seeds."""


def broken(missing: str, seeds: range) -> Counter[str]:
    """Invariant -> in how many of the seeds it broke."""
    return Counter(
        invariant for seed in seeds for invariant in {violation.invariant for violation in violations_of(missing, seed)}
    )


@pytest.mark.fault("F4", "F5", "F7", "F9", "F10", "F24", "F25", "F26", "F29", "F36", "F37", "F51")
def test_no_fault_breaks_a_promise() -> None:
    assert broken("", SEEDS) == {}


@pytest.mark.parametrize(
    "removal", [removal for removal in REMOVALS if removal.name in FREQUENT], ids=lambda removal: removal.name
)
def test_a_guard_that_is_missing_breaks_what_it_guards(removal: Removal) -> None:
    assert set(removal.breaks) <= set(broken(removal.name, FEW_SEEDS))


def test_a_seed_is_one_schedule() -> None:
    first, again = (run(3, INTACT, traced=True).lines for _ in range(2))
    assert first == again
    assert run(4, INTACT, traced=True).lines != first


def test_a_seed_is_the_same_schedule_in_every_process() -> None:
    traces = {
        subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seed", "3"],
            env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(traces) == 1
    assert "r1" in traces.pop()
