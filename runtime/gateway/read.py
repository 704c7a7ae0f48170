"""Reads evaluations: the running ones from Redis, the finished ones from Redis for a week and from MySQL for good."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.failures import FailureReason
from runtime.contracts.history import EVERYTHING, History, HistoryFilter
from runtime.contracts.lifecycle import is_terminal
from runtime.contracts.states import Cursor, RequestStates
from runtime.contracts.unavailable import Unavailable


@dataclass(frozen=True)
class Page:
    records: tuple[EvaluationRecord, ...]
    next: Cursor | None


@dataclass(frozen=True, kw_only=True)
class ReadEvaluations:
    states: RequestStates
    history: History
    now: Callable[[], datetime]

    async def one(self, request_id: UUID, *, tenant: str, wait_seconds: float = 0) -> EvaluationRecord | None:
        """None for an unknown id and for another tenant's. Raises Unavailable where neither store can tell."""
        try:
            record = await self.states.get(request_id, tenant=tenant, wait_seconds=wait_seconds)
        except Unavailable:
            stored = await self.history.get(request_id, tenant=tenant)
            if stored is None:
                raise
            return stored
        if record is None or self._may_have_ended_otherwise(record):
            return await self.history.get(request_id, tenant=tenant) or record
        return record

    def _may_have_ended_otherwise(self, record: EvaluationRecord) -> bool:
        """Redis may have lost the end, and a late word of a worker or of the gateway made the record anew."""
        if record.failure is not None and record.failure.reason is FailureReason.NOT_PUBLISHED:
            return True
        return not is_terminal(record.status) and self.now() > record.deadline_at

    async def page(
        self, *, tenant: str, limit: int, after: Cursor | None = None, where: HistoryFilter = EVERYTHING
    ) -> Page:
        """Newest first. The open ones are read before the finished ones: one that ends in between is seen twice, not
        never, and its finished form wins.
        """
        found: dict[UUID, EvaluationRecord] = {}
        if _may_be_open(where):
            for record in await self.states.list_open(tenant=tenant, limit=limit + 1, after=after):
                found[record.request_id] = record
        if where.status is None or is_terminal(where.status):
            for record in await self.history.page(tenant=tenant, limit=limit + 1, after=after, where=where):
                found[record.request_id] = record
        newest = sorted(found.values(), key=lambda record: (record.created_at, str(record.request_id)), reverse=True)
        # An open one of another status than asked for is dropped after the cut, so that the cursor still passes it.
        cut = newest[:limit]
        last = cut[-1] if len(newest) > limit else None
        return Page(
            records=tuple(record for record in cut if where.status in (None, record.status)),
            next=Cursor(created_at=last.created_at, request_id=last.request_id) if last else None,
        )


def _may_be_open(where: HistoryFilter) -> bool:
    if where.status is not None:
        return not is_terminal(where.status)
    return where == EVERYTHING
