"""What every `RequestStates` must do with a tenant's limits, and with a key whose first use is not accepted yet."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from config.limits import Limits
from config.tenant import ABANDONED_SECONDS, IN_FLIGHT_RETRY_SECONDS, TenantLimits
from runtime.contracts.evaluation import Identity
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.states import Creation, Limit, NewRequest, RequestStates
from tests.contract.evaluations import change, claim, fresh_tenant, new_request

SECONDS_OF_A_DAY = 86_400


def limits(**chosen: int) -> TenantLimits:
    ample = {"requests_per_minute": 6000, "burst": 100, "max_in_flight": 100, "requests_per_day": 1000}
    return TenantLimits(**ample | chosen)


def limited(of: TenantLimits, *, tenant: str, **fields: Any) -> NewRequest:
    return new_request(tenant=tenant, **fields).model_copy(update={"limits": of})


async def create(states: RequestStates, of: TenantLimits, *, tenant: str, **fields: Any) -> Creation:
    return await states.create(limited(of, tenant=tenant, **fields))


async def accepted(states: RequestStates, of: TenantLimits, *, tenant: str, **fields: Any) -> Identity:
    new = limited(of, tenant=tenant, **fields)
    assert (await states.create(new)).created
    return new.identity


def refused_by(creation: Creation) -> Limit | None:
    assert creation.created is (creation.refused is None)
    return creation.refused.limit if creation.refused else None


async def test_a_burst_is_taken_and_what_comes_after_it_is_told_when_to_come_again(
    states: RequestStates, tenant: str
) -> None:
    slow = limits(requests_per_minute=1, burst=3)
    creations = [await create(states, slow, tenant=tenant) for _ in range(5)]
    assert [refused_by(creation) for creation in creations] == [None, None, None, Limit.RATE, Limit.RATE]
    waits = [creation.refused.retry_after_seconds for creation in creations if creation.refused]
    assert all(0 < wait <= 60 for wait in waits)


async def test_after_the_time_that_was_named_there_is_room_for_one_more(states: RequestStates, tenant: str) -> None:
    one_each_tenth = limits(requests_per_minute=600, burst=1)
    await accepted(states, one_each_tenth, tenant=tenant)
    refused = (await create(states, one_each_tenth, tenant=tenant)).refused
    assert refused is not None
    # Here time itself is what is tested.
    await asyncio.sleep(refused.retry_after_seconds)
    await accepted(states, one_each_tenth, tenant=tenant)


async def test_no_more_are_in_flight_than_allowed_and_each_end_makes_room(states: RequestStates, tenant: str) -> None:
    two = limits(max_in_flight=2)
    first, _ = [await accepted(states, two, tenant=tenant) for _ in range(2)]
    refused = (await create(states, two, tenant=tenant)).refused
    assert refused is not None
    assert (refused.limit, refused.retry_after_seconds) == (Limit.IN_FLIGHT, IN_FLIGHT_RETRY_SECONDS)
    await states.advance(change(first, Status.FAILED, failure=failure(FailureReason.AUTH, None)))
    await accepted(states, two, tenant=tenant)
    assert refused_by(await create(states, two, tenant=tenant)) is Limit.IN_FLIGHT


async def test_what_nobody_ended_counts_until_its_deadline_and_some_minutes_have_passed(
    states: RequestStates, tenant: str
) -> None:
    longest = timedelta(seconds=Limits().evaluation_deadline_seconds + ABANDONED_SECONDS)
    now, one = datetime.now(UTC), limits(max_in_flight=1)
    await accepted(states, one, tenant=tenant, created_at=now - longest - timedelta(seconds=1))
    await accepted(states, one, tenant=tenant, created_at=now - longest + timedelta(seconds=60))
    assert refused_by(await create(states, one, tenant=tenant)) is Limit.IN_FLIGHT


async def test_a_day_has_so_many_requests_and_the_next_begins_at_midnight(states: RequestStates, tenant: str) -> None:
    two = limits(requests_per_day=2)
    creations = [await create(states, two, tenant=tenant) for _ in range(3)]
    assert [refused_by(creation) for creation in creations] == [None, None, Limit.DAILY]
    refused = creations[-1].refused
    assert refused is not None
    again = datetime.now(UTC) + timedelta(seconds=refused.retry_after_seconds)
    midnight = again.replace(hour=0, minute=0, second=0, microsecond=0)
    assert min(again - midnight, midnight + timedelta(days=1) - again) < timedelta(seconds=30)


async def test_of_twenty_simultaneous_requests_as_many_are_taken_as_the_day_has_left(
    states: RequestStates, tenant: str
) -> None:
    seven = limits(requests_per_day=7)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(create(states, seven, tenant=tenant)) for _ in range(20)]
    assert sum(task.result().created for task in running) == 7


async def test_of_a_refused_request_nothing_is_kept(states: RequestStates, tenant: str) -> None:
    one = limits(max_in_flight=1)
    first = await accepted(states, one, tenant=tenant)
    refused = limited(one, tenant=tenant, claim=claim())
    assert refused_by(await states.create(refused)) is Limit.IN_FLIGHT
    assert await states.get(refused.identity.request_id, tenant=tenant) is None
    assert [record.request_id for record in await states.list_open(tenant=tenant, limit=9)] == [first.request_id]
    # Its Idempotency-Key is free, and a raised limit holds at once.
    await accepted(states, limits(max_in_flight=2), tenant=tenant, claim=claim(body="c"))


async def test_a_refused_request_costs_nothing(states: RequestStates, tenant: str) -> None:
    tight = limits(max_in_flight=1, requests_per_day=2)
    first = await accepted(states, tight, tenant=tenant)
    assert {refused_by(await create(states, tight, tenant=tenant)) for _ in range(5)} == {Limit.IN_FLIGHT}
    await states.advance(change(first, Status.FAILED))
    await accepted(states, tight, tenant=tenant)


async def test_a_replay_costs_nothing_and_is_answered_over_the_limit_too(states: RequestStates, tenant: str) -> None:
    once = limits(requests_per_minute=1, burst=1, max_in_flight=1, requests_per_day=1)
    first = await accepted(states, once, tenant=tenant, claim=claim())
    replay = await create(states, once, tenant=tenant, claim=claim())
    assert (replay.created, replay.request_id, replay.refused) == (False, first.request_id, None)


async def test_a_creation_that_is_sent_again_is_counted_once(states: RequestStates, tenant: str) -> None:
    once = limits(requests_per_minute=1, burst=1, max_in_flight=1, requests_per_day=1)
    for new in (limited(once, tenant=tenant), limited(once, tenant=fresh_tenant(), claim=claim())):
        assert [(await states.create(new)).created for _ in range(2)] == [True, True]


async def test_what_could_not_be_published_is_not_counted_for_the_day(states: RequestStates, tenant: str) -> None:
    one = limits(requests_per_day=1)
    for _ in range(3):
        unlucky = await accepted(states, one, tenant=tenant)
        await states.advance(change(unlucky, Status.FAILED, failure=failure(FailureReason.NOT_PUBLISHED, None)))
    await accepted(states, one, tenant=tenant)
    assert refused_by(await create(states, one, tenant=tenant)) is Limit.DAILY


async def test_the_place_of_what_could_not_be_published_is_given_back_once(states: RequestStates, tenant: str) -> None:
    two = limits(requests_per_day=2)
    unlucky, _ = [await accepted(states, two, tenant=tenant) for _ in range(2)]
    for _ in range(3):
        await states.advance(change(unlucky, Status.FAILED, failure=failure(FailureReason.NOT_PUBLISHED, None)))
    await accepted(states, two, tenant=tenant)
    assert refused_by(await create(states, two, tenant=tenant)) is Limit.DAILY


async def test_what_failed_after_it_was_accepted_stays_counted(states: RequestStates, tenant: str) -> None:
    one = limits(requests_per_day=1)
    first = await accepted(states, one, tenant=tenant)
    await states.advance(change(first, Status.FAILED, failure=failure(FailureReason.AUTH, None)))
    assert refused_by(await create(states, one, tenant=tenant)) is Limit.DAILY


async def test_one_tenants_use_is_none_of_anothers(states: RequestStates, tenant: str) -> None:
    once = limits(requests_per_minute=1, burst=1, max_in_flight=1, requests_per_day=1)
    for one in (tenant, fresh_tenant(), f"{tenant}x"):
        await accepted(states, once, tenant=one)


async def test_the_longest_wait_is_named_where_several_limits_are_reached(states: RequestStates, tenant: str) -> None:
    once = limits(requests_per_minute=1, burst=1, max_in_flight=1, requests_per_day=1)
    await accepted(states, once, tenant=tenant)
    assert refused_by(await create(states, once, tenant=tenant)) is Limit.DAILY


async def test_without_limits_nothing_is_refused(states: RequestStates, tenant: str) -> None:
    creations = [await states.create(new_request(tenant=tenant)) for _ in range(200)]
    assert all(creation.created for creation in creations)


async def test_a_keys_first_use_is_in_progress_until_it_was_published(states: RequestStates, tenant: str) -> None:
    first = new_request(tenant=tenant, claim=claim())
    await states.create(first)
    before = await states.create(new_request(tenant=tenant, claim=claim()))
    await states.advance(change(first.identity, Status.GATEWAY))
    after = await states.create(new_request(tenant=tenant, claim=claim()))
    assert (before.in_progress, after.in_progress) == (True, False)
    assert before.request_id == after.request_id == first.identity.request_id


async def test_a_key_is_free_again_when_its_first_use_was_found_to_be_never_accepted(
    states: RequestStates, tenant: str
) -> None:
    lost, again = (new_request(tenant=tenant, claim=claim()) for _ in range(2))
    await states.create(lost)
    # By someone who does not know the key.
    await states.advance(change(lost.identity, Status.FAILED, failure=failure(FailureReason.NOT_PUBLISHED, None)))
    creation = await states.create(again)
    assert (creation.created, creation.request_id) == (True, again.identity.request_id)
    replay = await states.create(new_request(tenant=tenant, claim=claim()))
    assert (replay.created, replay.request_id) == (False, again.identity.request_id)
