"""What every `RequestStates` must do."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from config.topology import Stage
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.outcomes import Outcome
from runtime.contracts.states import Advance, Creation, Cursor, RequestStates
from runtime.local.replacements import RedisServer
from tests.contract.evaluations import answer, change, claim, fresh_tenant, identity, new_request, verdict
from tests.contract.request_states_subjects import in_memory, over_http


@pytest.fixture(params=["memory", pytest.param("http", marks=pytest.mark.servers)])
async def states(request: pytest.FixtureRequest) -> AsyncIterator[RequestStates]:
    if request.param == "memory":
        async with in_memory() as subject:
            yield subject
    else:
        redis: RedisServer = request.getfixturevalue("redis_at")
        async with over_http(redis) as subject:
            yield subject


@pytest.fixture
def tenant() -> str:
    return fresh_tenant()


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


async def test_a_used_idempotency_key_gives_the_first_request_and_its_body_hash(
    states: RequestStates, tenant: str
) -> None:
    first = new_request(tenant=tenant, claim=claim(body="b"))
    second = new_request(tenant=tenant, claim=claim(body="c"))
    await states.create(first)
    creation = await states.create(second)
    assert creation == Creation(created=False, request_id=first.identity.request_id, body_hash="b" * 64)
    assert await states.get(second.identity.request_id, tenant=tenant) is None


async def test_tenants_may_use_the_same_idempotency_key(states: RequestStates, tenant: str) -> None:
    await states.create(new_request(tenant=tenant, claim=claim()))
    creation = await states.create(new_request(tenant=fresh_tenant(), claim=claim()))
    assert creation.created


async def test_of_twenty_simultaneous_creations_with_one_key_one_is_created(states: RequestStates, tenant: str) -> None:
    requests = [new_request(tenant=tenant, claim=claim()) for _ in range(20)]
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(states.create(new)) for new in requests]
    creations = [task.result() for task in running]
    (winner,) = [creation for creation in creations if creation.created]
    assert {creation.request_id for creation in creations} == {winner.request_id}
    assert len(await states.list_open(tenant=tenant, limit=50)) == 1


async def test_a_request_moves_forwards_and_keeps_its_stage_when_it_ends(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    for status in (Status.GATEWAY, Status.INFERENCE, Status.JUDGE):
        advance = await states.advance(change(new.identity, status))
        assert advance.applied
        assert (advance.record.status, advance.record.stage) == (status, status)
    ended = await states.advance(change(new.identity, Status.COMPLETED, judge_result=verdict(), outcome=Outcome.SCORED))
    assert (ended.record.status, ended.record.stage) == (Status.COMPLETED, Status.JUDGE)
    assert ended.record.judge_result == verdict()
    assert ended.record.updated_at >= new.identity.created_at


@pytest.mark.parametrize("late", [Status.CREATED, Status.GATEWAY, Status.INFERENCE, Status.FAILED, Status.COMPLETED])
async def test_a_late_report_changes_nothing_after_the_end(states: RequestStates, tenant: str, late: Status) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    ended = await states.advance(change(new.identity, Status.COMPLETED, judge_result=verdict(), outcome=Outcome.SCORED))
    advance = await states.advance(
        change(new.identity, late, attempt=Stage.JUDGE, inference_result=answer("late"), outcome=Outcome.REFUSED)
    )
    assert advance == Advance(applied=False, record=ended.record)


async def test_a_step_back_is_refused(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    await states.advance(change(new.identity, Status.JUDGE))
    advance = await states.advance(change(new.identity, Status.INFERENCE, attempt=Stage.INFERENCE))
    assert not advance.applied
    assert (advance.record.status, advance.record.attempts) == (Status.JUDGE, {})


async def test_the_same_status_is_applied_only_where_it_brings_facts(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    await states.advance(change(new.identity, Status.INFERENCE))
    empty = await states.advance(change(new.identity, Status.INFERENCE))
    telling = await states.advance(change(new.identity, Status.INFERENCE, inference_result=answer()))
    assert not empty.applied
    assert telling.applied
    assert telling.record.inference_result == answer()


async def test_attempts_are_counted_by_stage_and_a_refund_takes_one_back(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    for _ in range(3):
        await states.advance(change(new.identity, Status.INFERENCE, attempt=Stage.INFERENCE))
    await states.advance(change(new.identity, Status.INFERENCE, refund=Stage.INFERENCE))
    advance = await states.advance(change(new.identity, Status.JUDGE, attempt=Stage.JUDGE))
    assert advance.record.attempts == {Stage.INFERENCE: 2, Stage.JUDGE: 1}


async def test_a_refund_without_an_attempt_does_not_go_below_zero(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    advance = await states.advance(change(new.identity, Status.INFERENCE, refund=Stage.INFERENCE))
    assert advance.record.attempts.get(Stage.INFERENCE, 0) == 0


async def test_the_first_result_of_a_running_request_is_kept(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    await states.advance(change(new.identity, Status.INFERENCE, inference_result=answer("first")))
    await states.advance(change(new.identity, Status.INFERENCE, inference_result=answer("second")))
    await states.advance(
        change(new.identity, Status.JUDGE, inference_result=answer("third"), judge_result=verdict(0.1))
    )
    advance = await states.advance(change(new.identity, Status.JUDGE, judge_result=verdict(0.9)))
    assert advance.record.inference_result == answer("first")
    assert advance.record.judge_result == verdict(0.1)


async def test_the_end_shows_the_result_that_the_history_holds(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    await states.advance(change(new.identity, Status.JUDGE, judge_result=verdict(0.1)))
    ended = await states.advance(change(new.identity, Status.COMPLETED, judge_result=verdict(0.9)))
    assert ended.record.judge_result == verdict(0.9)


async def test_a_failed_request_has_a_failure_and_no_verdict(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    await states.advance(change(new.identity, Status.JUDGE, inference_result=answer(), judge_result=verdict()))
    blocked = failure(FailureReason.BLOCKED, Stage.JUDGE)
    ended = await states.advance(change(new.identity, Status.FAILED, failure=blocked, outcome=Outcome.BLOCKED))
    assert (ended.record.status, ended.record.stage) == (Status.FAILED, Status.JUDGE)
    assert (ended.record.failure, ended.record.outcome) == (blocked, Outcome.BLOCKED)
    assert (ended.record.inference_result, ended.record.judge_result) == (answer(), None)


async def test_an_end_that_skips_its_stage_still_names_it(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    ended = await states.advance(change(new.identity, Status.COMPLETED, judge_result=verdict()))
    assert ended.record.stage is Status.JUDGE


@pytest.mark.parametrize("to", [Status.GATEWAY, Status.INFERENCE, Status.JUDGE])
async def test_a_lost_record_is_rebuilt_from_the_change(states: RequestStates, tenant: str, to: Status) -> None:
    lost = new_request(tenant=tenant).identity
    advance = await states.advance(change(lost, to, attempt=Stage.INFERENCE, inference_result=answer()))
    assert advance.applied
    assert advance.record.identity == lost
    assert (advance.record.status, advance.record.stage) == (to, to)
    assert advance.record.attempts == {Stage.INFERENCE: 1}
    assert await states.get(lost.request_id, tenant=tenant) == advance.record
    assert await states.list_open(tenant=tenant, limit=5) == [advance.record]


async def test_a_lost_record_is_rebuilt_at_its_end(states: RequestStates, tenant: str) -> None:
    lost = new_request(tenant=tenant).identity
    refused = failure(FailureReason.REFUSED, Stage.INFERENCE)
    advance = await states.advance(change(lost, Status.FAILED, failure=refused, outcome=Outcome.REFUSED))
    assert (advance.record.status, advance.record.stage) == (Status.FAILED, Status.INFERENCE)
    assert await states.list_open(tenant=tenant, limit=5) == []


async def test_of_simultaneous_ends_one_is_applied_and_stays(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    changes = [change(new.identity, Status.COMPLETED, judge_result=verdict(step / 10)) for step in range(10)]
    changes += [change(new.identity, Status.FAILED, failure=failure(FailureReason.TIMEOUT, Stage.JUDGE))] * 5
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(states.advance(one)) for one in changes]
    advances = [task.result() for task in running]
    (applied,) = [advance for advance in advances if advance.applied]
    assert all(advance.record == applied.record for advance in advances)
    assert await states.get(new.identity.request_id, tenant=tenant) == applied.record


async def test_simultaneous_attempts_are_all_counted(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    await states.advance(change(new.identity, Status.JUDGE))
    async with asyncio.TaskGroup() as tasks:
        for _ in range(20):
            tasks.create_task(states.advance(change(new.identity, Status.JUDGE, attempt=Stage.JUDGE)))
    record = await states.get(new.identity.request_id, tenant=tenant)
    assert record is not None
    assert record.attempts == {Stage.JUDGE: 20}


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
            release_idempotency=claim(),
        )
    )
    creation = await states.create(second)
    assert creation == Creation(created=True, request_id=second.identity.request_id)


async def test_a_release_leaves_another_requests_claim_alone(states: RequestStates, tenant: str) -> None:
    holder, other = new_request(tenant=tenant, claim=claim()), new_request(tenant=tenant)
    await states.create(holder)
    await states.create(other)
    await states.advance(change(other.identity, Status.FAILED, release_idempotency=claim()))
    creation = await states.create(new_request(tenant=tenant, claim=claim()))
    assert (creation.created, creation.request_id) == (False, holder.identity.request_id)


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


async def test_texts_come_back_exactly(states: RequestStates, tenant: str) -> None:
    text = '\x00 \x7f \u2028 \U0001f600 "quoted" \\ {} [] \r\n'
    of = identity(tenant=tenant, created_at=datetime.now(UTC), request_id=UUID(int=uuid4().int))
    advance = await states.advance(change(of, Status.INFERENCE, inference_result=answer(text)))
    assert advance.record.inference_result == answer(text)
