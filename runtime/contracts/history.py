"""The persistence-service's vocabulary: one row per evaluation, the first writer wins; and a tenant's calibrations."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from pydantic import Field

from config.base import Frozen
from runtime.contracts.calibration import Calibration, LabelKind
from runtime.contracts.evaluation import EvaluationRecord, Label, Mode
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
    run: Label | None = None
    metadata: dict[str, str] = Field(default={}, max_length=4)
    """Every named entry must be equal."""


EVERYTHING = HistoryFilter()


class History(Protocol):
    """Raises `Unavailable` where the history cannot be reached; nothing else."""

    async def record(self, record: EvaluationRecord) -> EvaluationRecord:
        """Stores a terminal record; returns the stored one, which is another's where that one came first."""
        ...

    async def get(self, request_id: UUID, *, tenant: str) -> EvaluationRecord | None: ...

    async def lookup(self, request_ids: Sequence[UUID], *, tenant: str) -> list[EvaluationRecord]:
        """Those that are there, in any order; at most LOOKUP_IDS_MAX are asked for."""
        ...

    async def page(
        self, *, tenant: str, limit: int, after: Cursor | None = None, where: HistoryFilter = EVERYTHING
    ) -> list[EvaluationRecord]: ...


class CalibrationFilter(Frozen):
    judge_model: str | None = None
    rubric: str | None = None
    mode: Mode | None = None
    settings_hash: str | None = None
    kind: LabelKind | None = None


ALL = CalibrationFilter()


class Calibrations(Protocol):
    """Raises `Unavailable` where they cannot be reached; nothing else."""

    async def store(self, calibration: Calibration) -> Calibration:
        """One that is there is left as it is."""
        ...

    async def get(self, calibration_id: UUID, *, tenant: str) -> Calibration | None: ...

    async def page(
        self, *, tenant: str, limit: int, after: Cursor | None = None, where: CalibrationFilter = ALL
    ) -> list[Calibration]:
        """Newest first. A cursor names a calibration where it says request."""
        ...
