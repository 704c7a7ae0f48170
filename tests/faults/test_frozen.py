"""A worker is frozen with SIGSTOP past its lease, another one does its work, and then it goes on."""

import asyncio
from collections.abc import Callable
from signal import SIGCONT, SIGSTOP

import pytest

from config.topology import INFERENCE, JUDGE, Service, Stage
from runtime.kit.crash_points import CrashPoint as At
from tests.faults.history import History
from tests.faults.laboratory import Laboratory
from tests.faults.observer import Observer, new_case

pytestmark = [pytest.mark.flow, pytest.mark.fault("F37")]
Holds = Callable[[History], None]
REFUSED, COMPLETED = "late_result_refused", "evaluation_completed"


async def frozen_while_another_ends_it(
    lab: Laboratory, observer: Observer, worker: Service, point: At, case: str, *, logged: str
) -> dict[str, object]:
    """The evaluation as the other one ended it, once the frozen one has gone on and logged what it came to."""
    before = lab.log(worker.name).count(logged)
    lab.arm(point, number=SIGSTOP)
    accepted = await observer.accepted(case)
    await lab.until_crashed(point)
    try:
        with lab.second(worker.name):
            ended = await observer.ended(accepted)
    finally:
        lab.signal(worker.name, SIGCONT)
    async with asyncio.timeout(60):
        while lab.log(worker.name).count(logged) <= before:
            await asyncio.sleep(0.1)
    assert await observer.ended(accepted) == ended
    return ended


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
    case = new_case()
    ended = await frozen_while_another_ends_it(lab, observer, worker, point, case, logged=REFUSED)
    assert ended["outcome"] == "scored"
    made = [call.stage for call in await observer.calls(case)]
    assert sorted(made) == sorted([*Stage, stage])
    holds(await observer.history(extra_calls={case: 1}))


async def test_a_row_that_a_worker_writes_after_another_one_is_the_same_row(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    case = new_case()
    ended = await frozen_while_another_ends_it(lab, observer, JUDGE, At.JUDGE_SAVED, case, logged=COMPLETED)
    assert ended["outcome"] == "scored"
    assert len(await observer.calls(case)) == len(Stage)
    holds(await observer.history())
