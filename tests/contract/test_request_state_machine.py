"""What every `RequestStates` must do: the state machine, forwards only; a terminal state never changes."""

import asyncio

import pytest

from config.topology import Stage
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status, may_advance
from runtime.contracts.outcomes import Outcome
from runtime.contracts.states import Advance, RequestStates
from tests.contract.evaluations import answer, change, identity, new_request, verdict


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
    advance = await states.advance(change(new.identity, late, inference_result=answer("late"), outcome=Outcome.REFUSED))
    assert advance == Advance(applied=False, record=ended.record)


async def test_a_step_back_is_refused(states: RequestStates, tenant: str) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    await states.advance(change(new.identity, Status.JUDGE))
    advance = await states.advance(change(new.identity, Status.INFERENCE))
    assert not advance.applied
    assert advance.record.status is Status.JUDGE


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
    advance = await states.advance(change(lost, to, inference_result=answer()))
    assert advance.applied
    assert advance.record.identity == lost
    assert (advance.record.status, advance.record.stage) == (to, to)
    assert advance.record.inference_result == answer()
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


@pytest.mark.parametrize("current", list(Status))
@pytest.mark.parametrize("to", list(Status))
async def test_every_step_is_applied_exactly_where_the_lifecycle_allows_it(
    states: RequestStates, tenant: str, current: Status, to: Status
) -> None:
    of = identity(tenant=tenant)
    await states.advance(change(of, current))
    assert (await states.advance(change(of, to))).applied is may_advance(current, to)
