"""What every `History` must do."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from config.limits import LOOKUP_IDS_MAX
from runtime.contracts.evaluation import Candidate, CascadeSettings, EvaluationRecord, JudgeSettings
from runtime.contracts.history import History, HistoryFilter
from runtime.contracts.lifecycle import Status
from runtime.contracts.outcomes import Outcome
from runtime.contracts.rubrics import DEFAULT_RUBRIC
from runtime.contracts.states import Cursor
from runtime.local.replacements import MySqlServer
from tests.contract.evaluations import (
    JUDGE_MODEL,
    START,
    completed,
    failed,
    fresh_tenant,
    identity,
    largest_schema,
    spec,
)
from tests.contract.history_subjects import in_memory, over_http


@pytest.fixture(params=["memory", pytest.param("http", marks=pytest.mark.servers)])
async def history(request: pytest.FixtureRequest) -> AsyncIterator[History]:
    if request.param == "memory":
        async with in_memory() as subject:
            yield subject
    else:
        mysql: MySqlServer = request.getfixturevalue("mysql_at")
        async with over_http(mysql) as subject:
            yield subject


@pytest.fixture
def tenant() -> str:
    return fresh_tenant()


@pytest.mark.parametrize("end", [completed, failed])
async def test_a_record_comes_back_equal(history: History, tenant: str, end: type) -> None:
    record: EvaluationRecord = end(identity(tenant=tenant))
    assert await history.record(record) == record
    assert await history.get(record.request_id, tenant=tenant) == record
    assert await history.page(tenant=tenant, limit=5) == [record]


async def test_the_largest_schema_for_an_answer_comes_back_equal(history: History, tenant: str) -> None:
    cascade = CascadeSettings(json_schema=largest_schema())
    judge = JudgeSettings(model=JUDGE_MODEL, rubric=DEFAULT_RUBRIC, cascade=cascade)
    record = completed(identity(tenant=tenant, spec=spec(judge=judge)))
    assert await history.record(record) == record
    assert await history.get(record.request_id, tenant=tenant) == record


async def test_an_unknown_request_and_another_tenants_request_are_both_none(history: History, tenant: str) -> None:
    record = await history.record(completed(identity(tenant=tenant)))
    assert await history.get(uuid4(), tenant=tenant) is None
    assert await history.get(record.request_id, tenant=f"{tenant} ") is None


@pytest.mark.parametrize("other", ["{} ", "{}\t", " {}", "{}é"])
async def test_tenants_whose_names_look_alike_stay_apart(history: History, tenant: str, other: str) -> None:
    await history.record(completed(identity(tenant=tenant)))
    assert await history.page(tenant=other.format(tenant), limit=5) == []
    assert await history.page(tenant=tenant.upper(), limit=5) == []


@pytest.mark.fault("F34")
async def test_the_first_writer_of_a_request_wins(history: History, tenant: str) -> None:
    of = identity(tenant=tenant)
    first, second = completed(of, score=0.1), failed(of)
    assert await history.record(first) == first
    assert await history.record(second) == first
    assert await history.record(first) == first
    assert await history.get(of.request_id, tenant=tenant) == first


@pytest.mark.fault("F34")
async def test_simultaneous_writers_of_one_request_all_get_the_one_that_won(history: History, tenant: str) -> None:
    of = identity(tenant=tenant)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(history.record(completed(of, score=step / 20))) for step in range(20)]
    winners = [task.result() for task in running]
    assert all(winner == winners[0] for winner in winners)
    assert await history.page(tenant=tenant, limit=5) == [winners[0]]


async def test_simultaneous_records_each_come_back_to_their_own_writer(history: History, tenant: str) -> None:
    records = [completed(identity(tenant=tenant), score=step / 50) for step in range(50)]
    for record in records[::5]:
        await history.record(record)
    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(history.record(record)) for record in records]
    assert [task.result() for task in running] == records
    assert len(await history.page(tenant=tenant, limit=100)) == 50


async def test_pages_of_equal_timestamps_show_every_record_once(history: History, tenant: str) -> None:
    for step in range(9):
        created_at = START - timedelta(microseconds=step // 3)
        await history.record(completed(identity(tenant=tenant, created_at=created_at)))
    seen: list[tuple[datetime, str]] = []
    after: Cursor | None = None
    while page := await history.page(tenant=tenant, limit=2, after=after):
        seen += [(record.created_at, str(record.request_id)) for record in page]
        after = Cursor(created_at=page[-1].created_at, request_id=page[-1].request_id)
        await history.record(completed(identity(tenant=tenant, created_at=START + timedelta(seconds=1))))
    assert len(set(seen)) == len(seen) == 9
    assert seen == sorted(seen, reverse=True)


async def test_filters_select_by_what_a_record_says(history: History, tenant: str) -> None:
    low = await history.record(completed(identity(tenant=tenant), score=0.2))
    high = await history.record(completed(identity(tenant=tenant), score=0.8))
    other = spec(candidate=Candidate(model="local/other"), metadata={"team": "red", "run": "7"})
    blocked = await history.record(failed(identity(tenant=tenant, spec=other), outcome=Outcome.BLOCKED))
    cases: list[tuple[HistoryFilter, list[EvaluationRecord]]] = [
        (HistoryFilter(status=Status.COMPLETED), [low, high]),
        (HistoryFilter(status=Status.FAILED), [blocked]),
        (HistoryFilter(outcome=Outcome.BLOCKED), [blocked]),
        (HistoryFilter(outcome=Outcome.REFUSED), []),
        (HistoryFilter(judge_model=JUDGE_MODEL), [low, high, blocked]),
        (HistoryFilter(judge_model="local/none"), []),
        (HistoryFilter(candidate_model="local/other"), [blocked]),
        (HistoryFilter(min_score=0.2), [low, high]),
        (HistoryFilter(min_score=0.21), [high]),
        (HistoryFilter(max_score=0.8, min_score=0.2), [low, high]),
        (HistoryFilter(max_score=0.79), [low]),
        (HistoryFilter(metadata={"team": "red"}), [blocked]),
        (HistoryFilter(metadata={"team": "red", "run": "7"}), [blocked]),
        (HistoryFilter(metadata={"team": "red", "run": "8"}), []),
        (HistoryFilter(metadata={"team": "RED"}), []),
        (HistoryFilter(metadata={"team": "red "}), []),
    ]
    for where, expected in cases:
        found = await history.page(tenant=tenant, limit=10, where=where)
        assert {record.request_id for record in found} == {record.request_id for record in expected}, where


async def test_the_evaluations_of_a_run_are_found_by_its_name_alone(history: History, tenant: str) -> None:
    ends: tuple[Callable[..., EvaluationRecord], ...] = (completed, failed)
    of_run = [
        await history.record(end(identity(tenant=tenant, spec=spec(run="night:1", item=f"i-{number}"))))
        for number, end in enumerate(ends)
    ]
    for run in (None, "night:10", "Night:1"):
        await history.record(completed(identity(tenant=tenant, spec=spec(run=run))))
    await history.record(completed(identity(tenant=f"{tenant}2", spec=spec(run="night:1"))))
    found = await history.page(tenant=tenant, limit=10, where=HistoryFilter(run="night:1"))
    assert {record.request_id: record for record in found} == {record.request_id: record for record in of_run}


async def test_a_look_up_gives_those_that_are_there_and_the_tenants_own(history: History, tenant: str) -> None:
    own = [await history.record(completed(identity(tenant=tenant))) for _ in range(3)]
    foreign = await history.record(completed(identity(tenant=f"{tenant}2")))
    asked = [record.request_id for record in (*own[:2], foreign)] + [uuid4() for _ in range(LOOKUP_IDS_MAX - 3)]
    found = await history.lookup(asked, tenant=tenant)
    assert {record.request_id: record for record in found} == {record.request_id: record for record in own[:2]}


@pytest.mark.parametrize("text", ["", "a'b\"c", "\\", "%s %", "\x00", "é\U0001f600", "[1]", "$.team", "null", "a\nb"])
async def test_metadata_is_compared_as_it_is(history: History, tenant: str, text: str) -> None:
    record = await history.record(
        completed(identity(tenant=tenant, spec=spec(metadata={"plain": "x", f"key {text}": text})))
    )
    found = await history.page(tenant=tenant, limit=5, where=HistoryFilter(metadata={f"key {text}": text}))
    missed = await history.page(tenant=tenant, limit=5, where=HistoryFilter(metadata={f"key {text}": f"{text}!"}))
    assert (found, missed) == ([record], [])


async def test_a_filtered_list_is_paged_too(history: History, tenant: str) -> None:
    for step in range(6):
        end = completed if step % 2 else failed
        await history.record(end(identity(tenant=tenant, created_at=START + timedelta(seconds=step))))
    where = HistoryFilter(status=Status.FAILED)
    first = await history.page(tenant=tenant, limit=2, where=where)
    after = Cursor(created_at=first[-1].created_at, request_id=first[-1].request_id)
    rest = await history.page(tenant=tenant, limit=2, where=where, after=after)
    assert [len(first), len(rest)] == [2, 1]
    assert {record.status for record in first + rest} == {Status.FAILED}
