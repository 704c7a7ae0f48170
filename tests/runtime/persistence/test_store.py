"""Grouped inserts: few statements for many callers, and each caller hears of its own row only."""

import asyncio

import pytest

from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.unavailable import Unavailable
from runtime.persistence import store
from runtime.persistence.database import Answer, RowRefused
from runtime.persistence.statements import Statement
from runtime.persistence.store import MySqlHistory
from tests.contract.evaluations import answer, completed, failed, fresh_tenant, identity
from tests.runtime.persistence.databases import CountingDatabase

pytestmark = pytest.mark.servers


def inserts(database: CountingDatabase) -> int:
    return sum(statement.startswith("INSERT") for statement in database.statements)


async def store_together(history: MySqlHistory, records: list[EvaluationRecord]) -> list[EvaluationRecord | Exception]:
    async def one(record: EvaluationRecord) -> EvaluationRecord | Exception:
        try:
            return await history.record(record)
        except (RowRefused, Unavailable) as error:
            return error

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(record)) for record in records]
    return [task.result() for task in running]


async def test_records_that_arrive_together_share_a_statement(
    history: MySqlHistory, database: CountingDatabase
) -> None:
    records = [completed(identity(tenant=fresh_tenant())) for _ in range(90)]
    assert await store_together(history, records) == records
    assert inserts(database) == 1


async def test_a_batch_has_a_largest_size(history: MySqlHistory, database: CountingDatabase) -> None:
    records = [completed(identity(tenant=fresh_tenant())) for _ in range(store.MAX_ROWS + 5)]
    assert await store_together(history, records) == records
    assert inserts(database) == 2


async def test_large_records_share_no_statement(history: MySqlHistory, database: CountingDatabase) -> None:
    huge = answer("x" * (store.MAX_STATEMENT_BYTES // 2 + 1))
    records = [
        completed(identity(tenant=fresh_tenant())).model_copy(update={"inference_result": huge}) for _ in range(3)
    ]
    assert await store_together(history, records) == records
    assert inserts(database) == 3


@pytest.mark.fault("F35")
async def test_a_row_that_mysql_refuses_fails_alone(history: MySqlHistory) -> None:
    records = [completed(identity(tenant=fresh_tenant())) for _ in range(4)]
    records[2] = completed(identity(tenant="x" * 300))
    outcomes = await store_together(history, records)
    assert isinstance(outcomes.pop(2), RowRefused)
    records.pop(2)
    assert outcomes == records
    for record in records:
        assert await history.get(record.request_id, tenant=record.tenant) == record


async def test_a_stored_row_says_whether_it_was_the_first(history: MySqlHistory) -> None:
    of = identity(tenant=fresh_tenant())
    assert (await history.store(completed(of))).created
    assert not (await history.store(completed(of))).created
    assert not (await history.store(failed(of))).created


async def test_a_flood_is_turned_away_instead_of_kept_in_memory(
    history: MySqlHistory, database: CountingDatabase
) -> None:
    records = [completed(identity(tenant="flood")) for _ in range(store.MAX_WAITING + 3)]
    outcomes = await store_together(history, records)
    assert sum(isinstance(outcome, Unavailable) for outcome in outcomes) == 3
    assert [outcome for outcome in outcomes if isinstance(outcome, EvaluationRecord)] == records[:-3]


async def test_a_record_kept_before_the_service_stops_is_stored(database: CountingDatabase) -> None:
    record = completed(identity(tenant=fresh_tenant()))
    async with asyncio.TaskGroup() as tasks, MySqlHistory(database=database) as history:
        running = tasks.create_task(history.record(record))
        await asyncio.sleep(0)  # hands over to the task, no longer
    assert running.result() == record


async def test_the_score_is_searchable_from_0_to_100(history: MySqlHistory, database: CountingDatabase) -> None:
    scored = await history.record(completed(identity(tenant=fresh_tenant()), score=0.85))
    unscored = await history.record(failed(identity(tenant=fresh_tenant())))
    ids = (str(scored.request_id), str(unscored.request_id))
    sql = "SELECT request_id, score, score_100 FROM request_history WHERE request_id IN (%s, %s)"
    answered: Answer = await database.execute(Statement(sql, ids))
    found = {row[0]: (row[1], row[2]) for row in answered.rows}
    assert float(found[ids[0]][0]) == 0.85
    assert float(found[ids[0]][1]) == 85
    assert found[ids[1]] == (None, None)
