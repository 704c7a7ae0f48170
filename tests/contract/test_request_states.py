"""What every `RequestStates` must do: create once, give back its keys, wake waiters, list the open ones."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.states import Creation, Cursor, NewRequest, RequestStates
from tests.contract.evaluations import answer, change, claim, fresh_tenant, identity, new_request, verdict


async def test_a_created_request_can_be_read(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    creation = await states.create(new)
    record = await states.get(new.identity.request_id, tenant=tenant)
    assert creation == Creation(created=True, request_id=new.identity.request_id)
    assert record is not None
    assert record.identity == new.identity
    assert (record.status, record.stage, record.attempts) == (Status.CREATED, Status.CREATED, {})


async def test_an_unknown_request_and_another_tenants_request_are_both_none(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    assert await states.get(uuid4(), tenant=tenant) is None
    assert await states.get(new.identity.request_id, tenant=f"{tenant}x", wait_seconds=5) is None


async def test_a_repeated_creation_of_the_same_request_is_created_again(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant, claim=claim())
    first = await states.create(new)
    await states.advance(change(new.identity, Status.GATEWAY))
    second = await states.create(new)
    record = await states.get(new.identity.request_id, tenant=tenant)
    assert first.created
    assert second.created
    assert record is not None
    assert record.status is Status.GATEWAY


async def test_an_id_that_was_taken_before_is_not_created_again(states: RequestStates, tenant: str) -> None:
    first = new_request(tenant=tenant)
    await states.create(first)
    later = first.identity.created_at + timedelta(seconds=1)
    again = NewRequest(identity=first.identity.model_copy(update={"created_at": later}))
    assert await states.create(again) == Creation(created=False, request_id=first.identity.request_id, in_progress=True)
    await states.advance(change(first.identity, Status.GATEWAY))
    assert await states.create(again) == Creation(created=False, request_id=first.identity.request_id)


async def test_an_id_whose_first_use_was_never_accepted_stays_taken_as_its_message_may_come_all_the_same(
    states: RequestStates, tenant: str
) -> None:
    first = new_request(tenant=tenant, claim=claim())
    await states.create(first)
    await states.advance(change(first.identity, Status.FAILED, failure=failure(FailureReason.NOT_PUBLISHED, None)))
    later = first.identity.created_at + timedelta(seconds=1)
    again = NewRequest(identity=first.identity.model_copy(update={"created_at": later}), idempotency=claim())
    assert await states.create(again) == Creation(created=False, request_id=first.identity.request_id)


async def test_an_id_that_was_taken_with_the_same_idempotency_key_is_a_replay(
    states: RequestStates, tenant: str
) -> None:
    first = new_request(tenant=tenant, claim=claim())
    await states.create(first)
    await states.advance(change(first.identity, Status.GATEWAY))
    later = first.identity.created_at + timedelta(seconds=1)
    taken = first.identity.model_copy(update={"created_at": later})
    again = await states.create(NewRequest(identity=taken, idempotency=claim()))
    assert again == Creation(created=False, request_id=first.identity.request_id, body_hash="b" * 64)
    # Another key did not make it: it is not a replay of that one, and does not become one.
    for _ in range(2):
        other = await states.create(NewRequest(identity=taken, idempotency=claim(key="c")))
        assert other == Creation(created=False, request_id=first.identity.request_id)


async def test_a_used_idempotency_key_gives_the_first_request_and_its_body_hash(
    states: RequestStates, tenant: str
) -> None:
    first = new_request(tenant=tenant, claim=claim(body="b"))
    second = new_request(tenant=tenant, claim=claim(body="c"))
    await states.create(first)
    creation = await states.create(second)
    assert (creation.created, creation.request_id) == (False, first.identity.request_id)
    assert creation.body_hash == "b" * 64
    assert await states.get(second.identity.request_id, tenant=tenant) is None


@pytest.mark.fault("F3")
async def test_tenants_may_use_the_same_idempotency_key(states: RequestStates, tenant: str) -> None:
    await states.create(new_request(tenant=tenant, claim=claim()))
    creation = await states.create(new_request(tenant=fresh_tenant(), claim=claim()))
    assert creation.created


@pytest.mark.fault("F1")
async def test_of_twenty_simultaneous_creations_with_one_key_one_is_created(states: RequestStates, tenant: str) -> None:
    requests = [new_request(tenant=tenant, claim=claim()) for _ in range(20)]
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(states.create(new)) for new in requests]
    creations = [task.result() for task in running]
    (winner,) = [creation for creation in creations if creation.created]
    assert {creation.request_id for creation in creations} == {winner.request_id}
    assert len(await states.list_open(tenant=tenant, limit=50)) == 1


@pytest.mark.fault("F6")
async def test_a_request_that_was_never_accepted_gives_its_idempotency_key_back(
    states: RequestStates, tenant: str
) -> None:
    first, second = (new_request(tenant=tenant, claim=claim()) for _ in range(2))
    await states.create(first)
    await states.advance(
        change(
            first.identity,
            Status.FAILED,
            failure=failure(FailureReason.NOT_PUBLISHED, None),
        )
    )
    creation = await states.create(second)
    assert creation == Creation(created=True, request_id=second.identity.request_id)


async def test_a_waiting_reader_is_woken_by_the_end(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(states.get(new.identity.request_id, tenant=tenant, wait_seconds=60))
        tasks.create_task(states.advance(change(new.identity, Status.COMPLETED, judge_result=verdict())))
    record = waiting.result()
    assert record is not None
    assert record.status is Status.COMPLETED


async def test_a_wait_that_runs_out_gives_the_state_as_it_is(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    record = await states.get(new.identity.request_id, tenant=tenant, wait_seconds=0.05)
    assert record is not None
    assert record.status is Status.CREATED


async def test_open_requests_are_listed_newest_first_without_the_ended_ones(states: RequestStates, tenant: str) -> None:
    requests = [new_request(tenant=tenant) for _ in range(4)]
    for new in requests:
        await states.create(new)
    await states.create(new_request(tenant=fresh_tenant()))
    await states.advance(change(requests[1].identity, Status.FAILED))
    listed = await states.list_open(tenant=tenant, limit=10)
    assert [record.request_id for record in listed] == [requests[index].identity.request_id for index in (3, 2, 0)]


async def test_pages_of_equal_timestamps_show_every_open_request_once(states: RequestStates, tenant: str) -> None:
    now = datetime.now(UTC)
    for step in range(9):
        await states.create(new_request(tenant=tenant, created_at=now - timedelta(microseconds=step // 3)))
    seen: list[tuple[datetime, str]] = []
    after: Cursor | None = None
    while page := await states.list_open(tenant=tenant, limit=2, after=after):
        seen += [(record.created_at, str(record.request_id)) for record in page]
        after = Cursor(created_at=page[-1].created_at, request_id=page[-1].request_id)
        # The item under the cursor may end, and new ones may come, while a caller turns the page.
        await states.advance(change(page[-1].identity, Status.FAILED))
        await states.create(new_request(tenant=tenant, created_at=now + timedelta(seconds=1)))
    assert len(set(seen)) == len(seen) == 9
    assert seen == sorted(seen, reverse=True)


@pytest.mark.fault("F46")
async def test_texts_come_back_exactly(states: RequestStates, tenant: str) -> None:
    text = '\x00 \x7f \u2028 \U0001f600 "quoted" \\ {} [] \r\n'
    of = identity(tenant=tenant, created_at=datetime.now(UTC), request_id=UUID(int=uuid4().int))
    advance = await states.advance(change(of, Status.INFERENCE, inference_result=answer(text)))
    assert advance.record.inference_result == answer(text)
