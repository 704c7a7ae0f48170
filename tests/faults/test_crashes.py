"""A service dies at each of its named points: what was accepted ends all the same, once."""

from collections.abc import Callable

import httpx2
import pytest

from config.topology import GATEWAY, INFERENCE, JUDGE, PERSISTENCE, REDIS, Service
from runtime.kit.crash_points import CrashPoint as At
from tests.faults.history import History
from tests.faults.laboratory import Laboratory
from tests.faults.observer import Observer, new_case

pytestmark = pytest.mark.flow
Holds = Callable[[History], None]
Deaths = tuple[tuple[At, int], ...]
"""Where, and at which passage since it was armed."""

INFERENCE_DEATHS: Deaths = (
    (At.INFERENCE_LEASED, 1),
    (At.INFERENCE_REPLIED, 1),
    (At.INFERENCE_SAVED, 1),
    (At.INFERENCE_PUBLISHED, 1),
    (At.WORKER_HANDLED, 1),
    (At.WORKER_DELETED, 1),
)
JUDGE_DEATHS: Deaths = (
    # The first passage is that of the stage before.
    (At.WORKER_HANDLED, 2),
    (At.WORKER_DELETED, 2),
    (At.JUDGE_LEASED, 1),
    (At.JUDGE_REPLIED, 1),
    (At.JUDGE_SAVED, 1),
    (At.JUDGE_ROW_WRITTEN, 1),
    (At.JUDGE_ENDED, 1),
)
BETWEEN_REPLY_AND_SAVE = (At.INFERENCE_REPLIED, At.JUDGE_REPLIED)
PERSISTENCE_DEATHS: Deaths = ((At.PERSISTENCE_COMMITTED, 1),)
REDIS_DEATHS: Deaths = tuple((At.REDIS_WRITTEN, passage) for passage in (2, 3, 4, 5, 6))
"""From the step to GATEWAY to the end; the first passage is the creation, which the caller hears of."""
GATEWAY_DEATHS: Deaths = ((At.GATEWAY_STATE_CREATED, 1), (At.GATEWAY_PUBLISHED, 1), (At.GATEWAY_STATE_ADVANCED, 1))


def test_every_crash_point_has_its_death_here() -> None:
    every = (*GATEWAY_DEATHS, *REDIS_DEATHS, *INFERENCE_DEATHS, *JUDGE_DEATHS, *PERSISTENCE_DEATHS)
    assert {point for point, _ in every} == set(At)


@pytest.mark.parametrize(
    ("service", "deaths"),
    [
        pytest.param(INFERENCE, INFERENCE_DEATHS, marks=pytest.mark.fault("F11"), id="inference"),
        pytest.param(JUDGE, JUDGE_DEATHS, marks=pytest.mark.fault("F12"), id="judge"),
        pytest.param(PERSISTENCE, PERSISTENCE_DEATHS, marks=pytest.mark.fault("F13"), id="persistence"),
        pytest.param(REDIS, REDIS_DEATHS, marks=pytest.mark.fault("F29"), id="redis"),
    ],
)
async def test_whatever_was_accepted_ends_although_a_service_died_at_each_of_its_steps(
    lab: Laboratory,
    observer: Observer,
    holds: Holds,
    record_property: Callable[[str, object], None],
    service: Service,
    deaths: Deaths,
) -> None:
    accepted: dict[str, str] = {}
    lost_replies: dict[str, int] = {}
    for point, passage in deaths:
        # What is still on its way would pass the point as well, or lose its own reply in this death.
        await observer.all_ended(accepted.values())
        await observer.drained()
        case, restarts = new_case(), lab.system.part(service.name).restarts
        lab.arm(point, passage=passage)
        accepted[case] = await observer.accepted(case)
        if point in BETWEEN_REPLY_AND_SAVE:
            lost_replies[case] = 1
        await lab.until_crashed(point)
        record_property("crash_point", point.value)
        await lab.system.until_restarted(service.name, restarts)
    ended = await observer.all_ended(accepted.values())
    assert {one["outcome"] for one in ended} == {"scored"}
    holds(await observer.history(extra_calls=lost_replies))


@pytest.mark.fault("F5")
@pytest.mark.parametrize("point", [At.GATEWAY_PUBLISHED, At.GATEWAY_STATE_ADVANCED])
async def test_a_gateway_that_dies_after_the_publication_has_started_one_evaluation(
    lab: Laboratory,
    observer: Observer,
    holds: Holds,
    record_property: Callable[[str, object], None],
    point: At,
) -> None:
    case = new_case()
    lab.arm(point)
    with pytest.raises(httpx2.TransportError):
        await observer.post(case)
    record_property("crash_point", point.value)
    assert (await observer.ended(await observer.accepted(case)))["outcome"] == "scored"
    holds(await observer.history())


@pytest.mark.fault("F4")
async def test_a_gateway_that_dies_before_the_publication_has_started_nothing(
    lab: Laboratory, observer: Observer, record_property: Callable[[str, object], None]
) -> None:
    case, restarts = new_case(), lab.system.part(GATEWAY.name).restarts
    lab.arm(At.GATEWAY_STATE_CREATED)
    with pytest.raises(httpx2.TransportError):
        await observer.post(case)
    record_property("crash_point", At.GATEWAY_STATE_CREATED.value)
    await lab.system.until_restarted(GATEWAY.name, restarts)
    assert not any((await observer.queues()).values())
    assert await observer.calls(case) == []
