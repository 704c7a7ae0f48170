"""A service dies at each of its named points: what was accepted ends all the same, once."""

from collections.abc import Callable

import httpx2
import pytest

from runtime.kit.crash_points import CrashPoint
from tests.faults.history import History
from tests.faults.laboratory import Laboratory
from tests.faults.observer import Observer, new_case

pytestmark = pytest.mark.flow


@pytest.mark.fault("F5")
@pytest.mark.parametrize("point", [CrashPoint.GATEWAY_PUBLISHED, CrashPoint.GATEWAY_STATE_ADVANCED])
async def test_a_gateway_that_dies_after_the_publication_has_started_one_evaluation(
    lab: Laboratory, observer: Observer, holds: Callable[[History], None], point: CrashPoint
) -> None:
    case = new_case()
    lab.arm(point)
    with pytest.raises(httpx2.TransportError):
        await observer.post(case)
    retried = await observer.accepted(case)
    assert (await observer.ended(retried))["outcome"] == "scored"
    holds(await observer.history())


@pytest.mark.fault("F13")
async def test_a_persistence_service_that_dies_after_the_commit_costs_no_second_verdict(
    lab: Laboratory, observer: Observer, holds: Callable[[History], None]
) -> None:
    lab.arm(CrashPoint.PERSISTENCE_COMMITTED)
    accepted = await observer.accepted(new_case())
    lab.until_crashed(CrashPoint.PERSISTENCE_COMMITTED)
    assert (await observer.ended(accepted))["outcome"] == "scored"
    holds(await observer.history())
