"""One laboratory for all fault tests of a session; each test begins and ends with every fault healed."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.history import History, extra_calls, violations
from tests.faults.laboratory import Laboratory, laboratory
from tests.faults.observer import Observer
from tests.faults.wishes import SEED


@pytest.fixture(scope="session")
def started_lab() -> Iterator[Laboratory]:
    # Not pytest's own folder: the path of a Unix socket must be short.
    with tempfile.TemporaryDirectory(prefix="faults-") as folder, laboratory(Path(folder), seed=SEED) as lab:
        yield lab


@pytest.fixture
def lab(started_lab: Laboratory) -> Iterator[Laboratory]:
    try:
        yield started_lab
    finally:
        started_lab.heal()


@pytest.fixture
def observer(lab: Laboratory) -> Observer:
    return Observer(lab)


@pytest.fixture
def holds(record_property: Callable[[str, object], None]) -> Callable[[History], None]:
    """Asserts every invariant of a history, and counts it for the report."""

    def check(history: History) -> None:
        record_property("evaluations", len(history.accepted))
        record_property("extra provider calls", extra_calls(history))
        assert violations(history) == []

    return check
