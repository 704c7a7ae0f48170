"""What every `RequestStates` must do with leases: one holder at a time, one saved result, the fence decides."""

import asyncio
from contextlib import suppress
from uuid import UUID, uuid4

import pytest

from config.topology import Stage
from runtime.contracts.evaluation import Identity
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.leases import LeaseEnd, Vote, WorkBegun
from runtime.contracts.lifecycle import Status
from runtime.contracts.states import RequestStates
from runtime.contracts.unavailable import Unavailable
from tests.contract.evaluations import answer, change, identity, new_request, saved, verdict, work

A, B, C, D = (UUID(int=number) for number in range(1, 5))


def end(of: Identity, fence: UUID = A, *, refund: bool = False, votes: dict[str, Vote] | None = None) -> LeaseEnd:
    return LeaseEnd(identity=of, stage=Stage.INFERENCE, fence=fence, refund=refund, votes=votes or {})


async def taken_from_a(states: RequestStates, of: Identity) -> WorkBegun:
    """A's lease has run out, and B holds it."""
    await states.begin(work(of, A, lease_seconds=0.001))
    async with asyncio.timeout(5):
        while not (begun := await states.begin(work(of, B))).granted:
            pass
    return begun


@pytest.fixture
async def of(states: RequestStates, tenant: str) -> Identity:
    new = new_request(tenant=tenant)
    await states.create(new)
    return new.identity


async def test_the_first_to_begin_is_granted_the_lease_and_one_attempt(states: RequestStates, of: Identity) -> None:
    begun = await states.begin(work(of))
    assert begun == WorkBegun(granted=True, record=begun.record)
    assert (begun.record.status, begun.record.stage) == (Status.INFERENCE, Status.INFERENCE)
    assert begun.record.attempts == {Stage.INFERENCE: 1}


@pytest.mark.fault("F36")
async def test_a_second_worker_is_told_how_long_the_lease_lasts(states: RequestStates, of: Identity) -> None:
    await states.begin(work(of, A))
    begun = await states.begin(work(of, B))
    assert not begun.granted
    assert begun.busy_seconds is not None
    assert 50 < begun.busy_seconds <= 60
    assert begun.record.attempts == {Stage.INFERENCE: 1}


@pytest.mark.fault("F9")
async def test_of_twenty_workers_at_once_one_is_granted(states: RequestStates, of: Identity) -> None:
    async def begun() -> WorkBegun:
        asked = work(of, uuid4())
        while True:  # as a worker does: a store that was away for a moment is asked again, with the same fence
            with suppress(Unavailable):
                return await states.begin(asked)

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(begun()) for _ in range(20)]
    assert sum(task.result().granted for task in running) == 1


async def test_a_repeated_call_finds_its_own_lease_and_counts_no_second_attempt(
    states: RequestStates, of: Identity
) -> None:
    await states.begin(work(of))
    begun = await states.begin(work(of))
    assert begun.granted
    assert begun.record.attempts == {Stage.INFERENCE: 1}


async def test_a_lease_that_ran_out_goes_to_the_next_and_counts_again(states: RequestStates, of: Identity) -> None:
    begun = await taken_from_a(states, of)
    assert begun.taken_over
    assert begun.record.attempts == {Stage.INFERENCE: 2}


async def test_a_saved_answer_ends_the_calls_of_its_stage(states: RequestStates, of: Identity) -> None:
    await states.begin(work(of, A))
    kept = await states.save(saved(of, A))
    begun = await states.begin(work(of, B))
    assert kept.held
    assert (begun.granted, begun.busy_seconds, begun.record.inference_result) == (False, None, answer())
    assert begun.record.attempts == {Stage.INFERENCE: 1}


async def test_a_saved_failure_ends_the_calls_of_its_stage(states: RequestStates, of: Identity) -> None:
    auth = failure(FailureReason.AUTH, Stage.INFERENCE)
    await states.begin(work(of, A))
    await states.save(saved(of, A, failure=auth))
    begun = await states.begin(work(of, B))
    assert (begun.granted, begun.busy_seconds, begun.record.failure) == (False, None, auth)
    assert begun.record.status is Status.INFERENCE


@pytest.mark.fault("F37")
async def test_the_fence_refuses_whoever_lost_the_lease(states: RequestStates, of: Identity) -> None:
    await taken_from_a(states, of)
    late = await states.save(saved(of, A, inference_result=answer("late")))
    assert not late.held
    assert late.record.inference_result is None
    assert not await states.release(end(of, A, refund=True))
    assert (await states.save(saved(of, B))).record.inference_result == answer()
    assert not (await states.save(saved(of, A, inference_result=answer("late")))).held


async def test_a_late_result_is_taken_while_nobody_else_has_begun(states: RequestStates, of: Identity) -> None:
    await states.begin(work(of, A, lease_seconds=0.001))
    assert (await states.save(saved(of, A))).held


async def test_a_late_result_is_refused_although_the_next_worker_has_given_its_lease_back(
    states: RequestStates, of: Identity
) -> None:
    await taken_from_a(states, of)
    assert await states.release(end(of, B))
    assert not (await states.save(saved(of, A, inference_result=answer("late")))).held


async def test_a_repeated_save_is_held_and_changes_nothing(states: RequestStates, of: Identity) -> None:
    await states.begin(work(of, A))
    await states.save(saved(of, A))
    again = await states.save(saved(of, A, inference_result=answer("second")))
    assert (again.held, again.record.inference_result) == (True, answer())


async def test_a_released_lease_is_free_at_once(states: RequestStates, of: Identity) -> None:
    await states.begin(work(of, A))
    assert await states.release(end(of, A))
    begun = await states.begin(work(of, B))
    assert (begun.granted, begun.taken_over) == (True, False)
    assert begun.record.attempts == {Stage.INFERENCE: 2}


async def test_votes_are_kept_from_one_attempt_to_the_next_and_until_the_result(
    states: RequestStates, of: Identity
) -> None:
    votes: dict[str, Vote] = {"google/a": verdict(0.4), "local/b": FailureReason.UNPARSEABLE}
    assert (await states.begin(work(of, A))).votes == {}
    assert await states.release(end(of, A, votes=votes))
    for fence in (B, C):
        # Whoever says nothing of them leaves them as they are.
        assert (await states.begin(work(of, fence))).votes == votes
        assert await states.release(end(of, fence))
    await states.begin(work(of, D))
    saved_record = (await states.save(saved(of, D, failure=failure(FailureReason.AUTH, Stage.INFERENCE)))).record
    assert saved_record.judge_result is None
    assert (await states.begin(work(of, A))).votes == {}


@pytest.mark.fault("F37")
async def test_the_votes_of_whoever_lost_the_lease_are_not_kept(states: RequestStates, of: Identity) -> None:
    await taken_from_a(states, of)
    assert not await states.release(end(of, A, votes={"google/a": verdict(0.4)}))
    assert await states.release(end(of, B))
    assert (await states.begin(work(of, C))).votes == {}


async def test_a_refund_takes_the_attempt_back_once(states: RequestStates, of: Identity) -> None:
    await states.begin(work(of, A))
    assert await states.release(end(of, A, refund=True))
    assert await states.release(end(of, A, refund=True))
    assert (await states.begin(work(of, B))).record.attempts == {Stage.INFERENCE: 1}


async def test_the_next_stage_leaves_lease_and_failure_of_the_one_before_behind(
    states: RequestStates, of: Identity
) -> None:
    await states.begin(work(of, A))
    await states.save(saved(of, A, failure=failure(FailureReason.TIMEOUT, Stage.INFERENCE)))
    begun = await states.begin(work(of, B, stage=Stage.JUDGE, inference_result=answer()))
    assert (begun.granted, begun.record.failure, begun.record.inference_result) == (True, None, answer())
    assert begun.record.attempts == {Stage.INFERENCE: 1, Stage.JUDGE: 1}
    assert not (await states.save(saved(of, A))).held


async def test_the_first_answer_that_a_judge_brings_along_stays(states: RequestStates, of: Identity) -> None:
    await states.begin(work(of, A, stage=Stage.JUDGE, inference_result=answer("first")))
    begun = await states.begin(work(of, A, stage=Stage.JUDGE, inference_result=answer("second")))
    assert begun.record.inference_result == answer("first")


@pytest.mark.parametrize("status", [Status.JUDGE, Status.COMPLETED, Status.FAILED])
async def test_a_stage_that_is_over_grants_nothing_and_saves_nothing(
    states: RequestStates, of: Identity, status: Status
) -> None:
    over = (await states.advance(change(of, status))).record
    assert await states.begin(work(of)) == WorkBegun(granted=False, record=over)
    late = await states.save(saved(of))
    assert (late.held, late.record) == (False, over)


@pytest.mark.fault("F26")
async def test_a_lost_record_is_rebuilt_and_said_so_from_then_on(states: RequestStates, tenant: str) -> None:
    lost = identity(tenant=tenant)
    first = await states.begin(work(lost, A))
    assert (first.granted, first.rebuilt, first.record.identity) == (True, True, lost)
    judge = await states.begin(work(lost, B, stage=Stage.JUDGE, inference_result=answer()))
    assert judge.rebuilt
    assert [record.request_id for record in await states.list_open(tenant=tenant, limit=5)] == [lost.request_id]


@pytest.mark.fault("F26", "F30")
async def test_a_record_lost_during_the_call_is_rebuilt_with_its_result(states: RequestStates, tenant: str) -> None:
    lost = identity(tenant=tenant)
    kept = await states.save(saved(lost, A, stage=Stage.JUDGE, inference_result=answer(), judge_result=verdict()))
    assert kept.held
    assert (kept.record.status, kept.record.judge_result) == (Status.JUDGE, verdict())
    assert kept.record.inference_result == answer()
    begun = await states.begin(work(lost, B, stage=Stage.JUDGE, inference_result=answer()))
    assert (begun.granted, begun.busy_seconds) == (False, None)
