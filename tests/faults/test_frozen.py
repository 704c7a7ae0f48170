"""A worker is frozen with SIGSTOP past its lease, another one does its work, and then it goes on."""

import asyncio
import signal
from collections.abc import Callable

import pytest

from config.topology import INFERENCE, JUDGE, Service, Stage
from runtime.kit.crash_points import CrashPoint as At
from tests.faults.history import History
from tests.faults.laboratory import Laboratory
from tests.faults.observer import Observer, new_case

pytestmark = [pytest.mark.flow, pytest.mark.fault("F37")]
Holds = Callable[[History], None]
LATE = "late_result_refused"


async def until_logged(lab: Laboratory, part: str, event: str, *, times: int) -> None:
    async with asyncio.timeout(60):
        while lab.log(part).count(event) < times:
            await asyncio.sleep(0.1)


@pytest.mark.parametrize(
    ("worker", "stage", "point"),
    [
        pytest.param(INFERENCE, Stage.INFERENCE, At.INFERENCE_REPLIED, id="inference"),
        pytest.param(JUDGE, Stage.JUDGE, At.JUDGE_REPLIED, id="judge"),
    ],
)
async def test_what_a_worker_saves_after_its_lease_is_refused(
    lab: Laboratory, observer: Observer, holds: Holds, worker: Service, stage: Stage, point: At
) -> None:
    case, refused = new_case(), lab.log(worker.name).count(LATE)
    lab.arm(point, number=signal.SIGSTOP)
    accepted = await observer.accepted(case)
    await lab.until_crashed(point)
    try:
        with lab.second(worker.name):
            ended = await observer.ended(accepted)
    finally:
        lab.signal(worker.name, signal.SIGCONT)
    await until_logged(lab, worker.name, LATE, times=refused + 1)
    assert ended["outcome"] == "scored"
    assert await observer.ended(accepted) == ended
    made = [call.stage for call in await observer.calls(case)]
    assert made.count(stage) == 2
    assert len(made) == 3
    holds(await observer.history(extra_calls={case: 1}))


async def test_a_row_that_a_worker_writes_after_another_one_is_the_same_row(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    case = new_case()
    lab.arm(At.JUDGE_SAVED, number=signal.SIGSTOP)
    accepted = await observer.accepted(case)
    await lab.until_crashed(At.JUDGE_SAVED)
    try:
        with lab.second(JUDGE.name):
            ended = await observer.ended(accepted)
    finally:
        lab.signal(JUDGE.name, signal.SIGCONT)
    assert await observer.ended(accepted) == ended
    assert len(await observer.calls(case)) == 2
    holds(await observer.history())
