"""Whoever reads the workers' logs has stopped: the pipe is full from the first line on."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from config.topology import INFERENCE, JUDGE
from tests.faults.history import History
from tests.faults.laboratory import Laboratory
from tests.faults.observer import Observer, new_case

pytestmark = pytest.mark.flow
Holds = Callable[[History], None]


@contextmanager
def full_pipe() -> Iterator[int]:
    """Its writing end, blocking as a container's is."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, b"x" * 4096)
    with suppress(BlockingIOError):
        while True:
            os.write(writer, b"x")
    os.set_blocking(writer, True)
    try:
        yield writer
    finally:
        os.close(writer)
        os.close(reader)


@pytest.mark.fault("F55")
async def test_workers_whose_logs_nobody_reads_go_on_and_end_when_asked(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    workers = (INFERENCE.name, JUDGE.name)
    with full_pipe() as log, lab.frozen(*workers):
        with lab.second(INFERENCE.name, log=log) as inference, lab.second(JUDGE.name, log=log) as judge:
            ended = await observer.ended(await observer.accepted(new_case()))
        assert (inference.returncode, judge.returncode) == (0, 0)
    assert ended["outcome"] == "scored"
    holds(await observer.history())
