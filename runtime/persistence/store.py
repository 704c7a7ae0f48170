"""`History` over MySQL: grouped inserts in which the first writer of an id wins, and reads by tenant."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from uuid import UUID

from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.history import EVERYTHING, HistoryFilter
from runtime.contracts.states import Cursor
from runtime.contracts.unavailable import Unavailable
from runtime.kit.batching import Batcher
from runtime.persistence.database import Database, RowRefused
from runtime.persistence.rows import Row, to_record, to_row
from runtime.persistence.statements import insert, select_by_id, select_page

MAX_ROWS = 100
MAX_STATEMENT_BYTES = 4 * 1024 * 1024
"""A quarter of MariaDB's smallest default packet, because quoting can double a text."""
MAX_WAITING = 2000
"""Records kept in memory for the next statements; beyond that the callers wait in their queue."""


@dataclass(frozen=True)
class Stored:
    record: EvaluationRecord
    created: bool
    """False: the row was there before, with the record that this one carries."""


class MySqlHistory:
    def __init__(self, *, database: Database) -> None:
        self._database = database
        self._inserts: Batcher[Row, Stored] = Batcher(
            self._insert,
            max_items=MAX_ROWS,
            max_in_flight=1,
            size_of=lambda row: row.size_bytes,
            max_bytes=MAX_STATEMENT_BYTES,
        )
        self._waiting = 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._inserts.aclose()

    async def store(self, record: EvaluationRecord) -> Stored:
        """Raises Unavailable or RowRefused."""
        if self._waiting >= MAX_WAITING:
            raise Unavailable("mysql")
        self._waiting += 1
        try:
            return await self._inserts.submit(to_row(record))
        finally:
            self._waiting -= 1

    async def record(self, record: EvaluationRecord) -> EvaluationRecord:
        return (await self.store(record)).record

    async def get(self, request_id: UUID, *, tenant: str) -> EvaluationRecord | None:
        return next(iter(await self.lookup([request_id], tenant=tenant)), None)

    async def lookup(self, request_ids: Sequence[UUID], *, tenant: str) -> list[EvaluationRecord]:
        return [record for record in await self._by_id(request_ids) if record.tenant == tenant]

    async def page(
        self, *, tenant: str, limit: int, after: Cursor | None = None, where: HistoryFilter = EVERYTHING
    ) -> list[EvaluationRecord]:
        answer = await self._database.execute(select_page(tenant=tenant, limit=limit, after=after, where=where))
        records = [to_record(values) for values in answer.rows]
        return sorted(records, key=lambda record: (record.created_at, str(record.request_id)), reverse=True)

    async def _insert(self, rows: Sequence[Row]) -> Sequence[Stored | Exception]:
        try:
            return await self._insert_together(rows)
        except RowRefused as refused:
            if len(rows) == 1:
                return [refused]
        # One row spoiled the statement, and MySQL does not say which: each is tried alone.
        return [await self._insert_alone(row) for row in rows]

    async def _insert_alone(self, row: Row) -> Stored | Exception:
        try:
            return (await self._insert_together([row]))[0]
        except (RowRefused, Unavailable) as error:
            return error

    async def _insert_together(self, rows: Sequence[Row]) -> list[Stored]:
        given = [row.record for row in rows]
        new = (await self._database.execute(insert(rows))).affected
        if new == len(rows):
            return [Stored(record, created=True) for record in given]
        found = {record.request_id: record for record in await self._by_id([record.request_id for record in given])}
        # Among several rows MySQL counts the new ones without naming them: one that equals its row passes for new.
        return [
            Stored(found[record.request_id], created=new > 0 and found[record.request_id] == record) for record in given
        ]

    async def _by_id(self, request_ids: Sequence[UUID]) -> list[EvaluationRecord]:
        answer = await self._database.execute(select_by_id(request_ids))
        return [to_record(values) for values in answer.rows]
