"""`Calibrations` in memory."""

from uuid import UUID

from runtime.contracts.calibration import Calibration
from runtime.contracts.history import ALL, CalibrationFilter
from runtime.contracts.states import Cursor


class InMemoryCalibrations:
    def __init__(self) -> None:
        self.rows: dict[UUID, Calibration] = {}

    async def store(self, calibration: Calibration) -> Calibration:
        self.rows.setdefault(calibration.id, calibration)
        return calibration

    async def get(self, calibration_id: UUID, *, tenant: str) -> Calibration | None:
        found = self.rows.get(calibration_id)
        return found if found is not None and found.tenant == tenant else None

    async def page(
        self, *, tenant: str, limit: int, after: Cursor | None = None, where: CalibrationFilter = ALL
    ) -> list[Calibration]:
        own = [one for one in self.rows.values() if one.tenant == tenant and _matches(one, where)]
        newest = sorted(own, key=lambda one: (one.created_at, str(one.id)), reverse=True)
        end = (after.created_at, str(after.request_id)) if after else None
        return [one for one in newest if end is None or (one.created_at, str(one.id)) < end][:limit]


def _matches(calibration: Calibration, where: CalibrationFilter) -> bool:
    judge = calibration.judge
    return (
        where.judge_model in (None, judge.requested_model)
        and where.rubric in (None, judge.rubric)
        and where.mode in (None, judge.mode)
        and where.settings_hash in (None, judge.settings_hash)
        and where.kind in (None, calibration.card.kind)
    )
