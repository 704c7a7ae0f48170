"""Reading one and listing, over the two stores."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.history import HistoryFilter
from runtime.contracts.lifecycle import Status
from runtime.contracts.states import NewRequest, StateChange
from runtime.contracts.unavailable import Unavailable
from runtime.gateway.read import ReadEvaluations
from tests.contract.evaluations import START, completed, identity
from tests.fakes.history import InMemoryHistory
from tests.fakes.request_states import InMemoryRequestStates


@pytest.fixture
def states() -> InMemoryRequestStates:
    return InMemoryRequestStates()


@pytest.fixture
def history() -> InMemoryHistory:
    return InMemoryHistory()


@pytest.fixture
def read(states: InMemoryRequestStates, history: InMemoryHistory) -> ReadEvaluations:
    return ReadEvaluations(states=states, history=history, now=lambda: START + timedelta(minutes=30))


async def an_open(states: InMemoryRequestStates, minute: int, to: Status = Status.INFERENCE) -> Identity:
    one = identity(tenant="t", created_at=START + timedelta(minutes=minute))
    await states.create(NewRequest(identity=one))
    await states.advance(StateChange(identity=one, to=to))
    return one


async def a_finished(history: InMemoryHistory, minute: int) -> EvaluationRecord:
    return await history.record(completed(identity(tenant="t", created_at=START + timedelta(minutes=minute))))


@pytest.mark.fault("F31")
async def test_a_result_older_than_redis_keeps_it_comes_from_the_history(
    read: ReadEvaluations, history: InMemoryHistory
) -> None:
    old = await a_finished(history, 0)
    assert await read.one(old.request_id, tenant="t") == old


@pytest.mark.fault("F28")
async def test_an_end_that_redis_lost_is_read_from_the_history_although_a_late_word_made_the_record_anew(
    read: ReadEvaluations, states: InMemoryRequestStates, history: InMemoryHistory
) -> None:
    zombie = await an_open(states, -60)
    ended = await history.record(completed(zombie))
    assert await read.one(zombie.request_id, tenant="t") == ended


@pytest.mark.fault("F28")
async def test_what_redis_takes_for_never_published_may_have_a_row_all_the_same(
    read: ReadEvaluations, states: InMemoryRequestStates, history: InMemoryHistory
) -> None:
    one = await an_open(states, 1, to=Status.GATEWAY)
    never = failure(FailureReason.NOT_PUBLISHED, None)
    await states.advance(StateChange(identity=one, to=Status.FAILED, failure=never))
    ended = await history.record(completed(one))
    assert await read.one(one.request_id, tenant="t") == ended


async def test_an_evaluation_that_is_late_and_has_not_ended_is_shown_as_it_is(
    read: ReadEvaluations, states: InMemoryRequestStates
) -> None:
    late = await an_open(states, -60)
    record = await read.one(late.request_id, tenant="t")
    assert record is not None
    assert record.status is Status.INFERENCE


async def test_an_unknown_id_and_another_tenants_are_the_same_nothing(
    read: ReadEvaluations, states: InMemoryRequestStates, history: InMemoryHistory
) -> None:
    running, old = await an_open(states, 1), await a_finished(history, 0)
    for request_id in (running.request_id, old.request_id, uuid4()):
        assert await read.one(request_id, tenant="other") is None


@pytest.mark.fault("F8")
async def test_with_redis_away_finished_evaluations_are_still_readable(
    read: ReadEvaluations, states: InMemoryRequestStates, history: InMemoryHistory
) -> None:
    old = await a_finished(history, 0)
    states.flakiness = InMemoryRequestStates(flaky=2.0).flakiness
    assert await read.one(old.request_id, tenant="t") == old
    with pytest.raises(Unavailable):
        await read.one(uuid4(), tenant="t")


async def test_pages_of_any_size_walk_through_open_and_finished_ones_once_each_newest_first(
    read: ReadEvaluations, states: InMemoryRequestStates, history: InMemoryHistory
) -> None:
    expected: list[UUID] = []
    for minute in range(9):
        made = await an_open(states, minute) if minute % 2 else await a_finished(history, minute)
        expected.insert(0, made.request_id)
    for limit in (1, 2, 4, 9, 20):
        seen, after = [], None
        while True:
            page = await read.page(tenant="t", limit=limit, after=after)
            seen += [record.request_id for record in page.records]
            after = page.next
            if after is None:
                break
        assert seen == expected


async def test_one_that_is_open_in_redis_and_finished_in_the_history_is_listed_once_as_finished(
    read: ReadEvaluations, states: InMemoryRequestStates, history: InMemoryHistory
) -> None:
    running = await an_open(states, 1, Status.JUDGE)
    await history.record(completed(running))
    page = await read.page(tenant="t", limit=10)
    assert [record.status for record in page.records] == [Status.COMPLETED]


async def test_a_filter_by_status_finds_the_open_or_the_finished(
    read: ReadEvaluations, states: InMemoryRequestStates, history: InMemoryHistory
) -> None:
    inferring, judging = await an_open(states, 1), await an_open(states, 2, Status.JUDGE)
    finished = await a_finished(history, 0)

    async def found(status: Status) -> list[object]:
        page = await read.page(tenant="t", limit=10, where=HistoryFilter(status=status))
        return [record.request_id for record in page.records]

    assert await found(Status.INFERENCE) == [inferring.request_id]
    assert await found(Status.JUDGE) == [judging.request_id]
    assert await found(Status.COMPLETED) == [finished.request_id]
