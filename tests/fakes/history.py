"""`History` in memory, with the rules of the real one and, where asked for, its moods."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from config.limits import LOOKUP_IDS_MAX
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.history import EVERYTHING, HistoryFilter
from runtime.contracts.states import Cursor
from tests.fakes.flakiness import Flakiness, reliable


class InMemoryHistory:
    """`writes` counts the calls of `record` that took effect, second writers included."""

    def __init__(self, *, flaky: float = 0, seed: int = 0) -> None:
        self.rows: dict[UUID, EvaluationRecord] = {}
        self.writes = 0
        self.flakiness = (
            Flakiness(what="persistence-service", share=flaky, seed=seed) if flaky else reliable("persistence-service")
        )

    async def record(self, record: EvaluationRecord) -> EvaluationRecord:
        self.flakiness.before()
        stored = self.rows.setdefault(record.request_id, record)
        self.writes += 1
        self.flakiness.after()
        return stored

    async def get(self, request_id: UUID, *, tenant: str) -> EvaluationRecord | None:
        self.flakiness.before()
        record = self.rows.get(request_id)
        return record if record is not None and record.tenant == tenant else None

    async def lookup(self, request_ids: Sequence[UUID], *, tenant: str) -> list[EvaluationRecord]:
        assert len(request_ids) <= LOOKUP_IDS_MAX
        found = [await self.get(request_id, tenant=tenant) for request_id in request_ids]
        return [record for record in found if record is not None]

    async def page(
        self, *, tenant: str, limit: int, after: Cursor | None = None, where: HistoryFilter = EVERYTHING
    ) -> list[EvaluationRecord]:
        self.flakiness.before()
        records = [record for record in self.rows.values() if record.tenant == tenant and _matches(record, where)]
        if after is not None:
            records = [record for record in records if _order(record) < (after.created_at, str(after.request_id))]
        return sorted(records, key=_order, reverse=True)[:limit]

    async def readiness(self) -> dict[str, str]:
        return {}


def _order(record: EvaluationRecord) -> tuple[datetime, str]:
    return record.created_at, str(record.request_id)


def _matches(record: EvaluationRecord, where: HistoryFilter) -> bool:
    candidate = record.spec.candidate.model if record.spec.candidate else None
    score = record.judge_result.score if record.judge_result else None
    return (
        where.status in (None, record.status)
        and where.outcome in (None, record.outcome)
        and where.judge_model in (None, record.spec.judge.model)
        and where.candidate_model in (None, candidate)
        and (where.min_score is None or (score is not None and score >= where.min_score))
        and (where.max_score is None or (score is not None and score <= where.max_score))
        and where.run in (None, record.spec.run)
        and where.metadata.items() <= record.spec.metadata.items()
    )
