"""What every `RequestStates` must do: the state machine, forwards only; a terminal state never changes."""

import asyncio

import pytest

from config.topology import Stage
from runtime.contracts.evaluation import Identity
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status, may_advance
from runtime.contracts.outcomes import Outcome
from runtime.contracts.states import Advance, RequestStates, StateChange
from tests.contract.evaluations import answer, change, new_request, verdict


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


@pytest.mark.fault("F10")
@pytest.mark.parametrize("late", [Status.CREATED, Status.GATEWAY, Status.INFERENCE, Status.FAILED, Status.COMPLETED])
async def test_a_late_report_changes_nothing_after_the_end(states: RequestStates, tenant: str, late: Status) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    ended = await states.advance(change(new.identity, Status.COMPLETED, judge_result=verdict(), outcome=Outcome.SCORED))
    advance = await states.advance(change(new.identity, late, inference_result=answer("late"), outcome=Outcome.REFUSED))
    assert advance == Advance(applied=False, record=ended.record)


@pytest.mark.fault("F10")
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


@pytest.mark.fault("F26", "F30")
@pytest.mark.parametrize("to", [Status.INFERENCE, Status.JUDGE])
async def test_a_lost_record_is_rebuilt_from_the_change(states: RequestStates, tenant: str, to: Status) -> None:
    lost = new_request(tenant=tenant).identity
    advance = await states.advance(change(lost, to, inference_result=answer()))
    assert advance.applied
    assert advance.record.identity == lost
    assert (advance.record.status, advance.record.stage) == (to, to)
    assert advance.record.inference_result == answer()
    assert await states.get(lost.request_id, tenant=tenant) == advance.record
    assert await states.list_open(tenant=tenant, limit=5) == [advance.record]


@pytest.mark.fault("F26", "F30")
async def test_the_gateway_rebuilds_no_record_as_its_word_may_come_after_the_end(
    states: RequestStates, tenant: str
) -> None:
    lost = new_request(tenant=tenant).identity
    never = failure(FailureReason.NOT_PUBLISHED, None)
    for gateways in (change(lost, Status.GATEWAY), change(lost, Status.FAILED, failure=never)):
        advance = await states.advance(gateways)
        assert (advance.applied, advance.record.identity, advance.record.status) == (False, lost, Status.CREATED)
    assert await states.get(lost.request_id, tenant=tenant) is None


@pytest.mark.parametrize("begun", [Status.INFERENCE, Status.JUDGE])
async def test_what_a_stage_has_begun_was_published_and_is_not_abandoned(
    states: RequestStates, tenant: str, begun: Status
) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    at_work = await states.advance(change(new.identity, begun))
    never = failure(FailureReason.NOT_PUBLISHED, None)
    abandoned = await states.advance(change(new.identity, Status.FAILED, failure=never))
    assert abandoned == Advance(applied=False, record=at_work.record)


async def test_a_lost_record_is_rebuilt_at_its_end(states: RequestStates, tenant: str) -> None:
    lost = new_request(tenant=tenant).identity
    refused = failure(FailureReason.REFUSED, Stage.INFERENCE)
    advance = await states.advance(change(lost, Status.FAILED, failure=refused, outcome=Outcome.REFUSED))
    assert (advance.record.status, advance.record.stage) == (Status.FAILED, Status.INFERENCE)
    assert await states.list_open(tenant=tenant, limit=5) == []


@pytest.mark.fault("F9")
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


@pytest.mark.fault("F10")
@pytest.mark.parametrize("current", list(Status))
@pytest.mark.parametrize("to", list(Status))
async def test_every_step_is_applied_exactly_where_the_lifecycle_allows_it(
    states: RequestStates, tenant: str, current: Status, to: Status
) -> None:
    new = new_request(tenant=tenant)
    await states.create(new)
    await states.advance(_stages_change(new.identity, current))
    assert (await states.advance(_stages_change(new.identity, to))).applied is may_advance(current, to)


def _stages_change(of: Identity, to: Status) -> StateChange:
    """A failure is that of a stage: the gateway's own ends only what no stage has begun."""
    return change(of, to, failure=failure(FailureReason.TIMEOUT, Stage.JUDGE) if to is Status.FAILED else None)
