"""The persistence-service's vocabulary: one row per evaluation, the first writer wins."""

from typing import Protocol
from uuid import UUID

from pydantic import Field

from config.base import Frozen
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.lifecycle import Status
from runtime.contracts.models import ModelName
from runtime.contracts.outcomes import Outcome, UnitInterval
from runtime.contracts.states import Cursor


class HistoryFilter(Frozen):
    status: Status | None = None
    outcome: Outcome | None = None
    judge_model: ModelName | None = None
    candidate_model: ModelName | None = None
    min_score: UnitInterval | None = None
    max_score: UnitInterval | None = None
    metadata: dict[str, str] = Field(default={}, max_length=4)
    """Every named entry must be equal."""


EVERYTHING = HistoryFilter()


class History(Protocol):
    """Raises `Unavailable` where the history cannot be reached; nothing else."""

    async def record(self, record: EvaluationRecord) -> EvaluationRecord:
        """Stores a terminal record; returns the stored one, which is another's where that one came first."""
        ...

    async def get(self, request_id: UUID, *, tenant: str) -> EvaluationRecord | None: ...

    async def page(
        self, *, tenant: str, limit: int, after: Cursor | None = None, where: HistoryFilter = EVERYTHING
    ) -> list[EvaluationRecord]: ...
