"""`Calibrations` over MySQL: one row each, its document beside the columns that are searched."""

from datetime import UTC
from typing import Any
from uuid import UUID

import orjson

from config.naming import CALIBRATIONS_TABLE
from runtime.contracts.calibration import Calibration
from runtime.contracts.history import ALL, CalibrationFilter
from runtime.contracts.states import Cursor
from runtime.persistence.database import Database
from runtime.persistence.rows import utc
from runtime.persistence.statements import Condition, Statement, after_condition

_IN_COLUMNS = {"id", "tenant", "name", "created_at"}
_IN_DOCUMENT = {"settings_hash": "JSON_UNQUOTE(JSON_EXTRACT(document, '$.judge.settings_hash'))"}
"""Looked at in the few rows that a judge's names leave; all others that are searched for have columns."""
_READ = "id, tenant, name, created_at, document"


class MySqlCalibrations:
    """Raises Unavailable; `store` RowRefused too."""

    def __init__(self, *, database: Database) -> None:
        self._database = database

    async def store(self, calibration: Calibration) -> Calibration:
        await self._database.execute(_insert(calibration))
        return calibration

    async def get(self, calibration_id: UUID, *, tenant: str) -> Calibration | None:
        found = await self._select([("tenant = %s", (tenant,)), ("id = %s", (str(calibration_id),))], limit=1)
        return found[0] if found else None

    async def page(
        self, *, tenant: str, limit: int, after: Cursor | None = None, where: CalibrationFilter = ALL
    ) -> list[Calibration]:
        asked = where.model_dump(exclude_none=True)
        wanted = [(f"{_IN_DOCUMENT.get(name, name)} = %s", (value,)) for name, value in asked.items()]
        return await self._select([("tenant = %s", (tenant,)), *after_condition(after, key="id"), *wanted], limit=limit)

    async def _select(self, conditions: list[Condition], *, limit: int) -> list[Calibration]:
        statement = Statement(
            f"SELECT {_READ} FROM {CALIBRATIONS_TABLE} WHERE {' AND '.join(each for each, _ in conditions)} "  # noqa: S608
            "ORDER BY created_at DESC, id DESC LIMIT %s",
            (*(value for _, values in conditions for value in values), limit),
        )
        return [_calibration(*values) for values in (await self._database.execute(statement)).rows]


def _insert(calibration: Calibration) -> Statement:
    judge = calibration.judge
    row = {
        "id": str(calibration.id),
        "tenant": calibration.tenant,
        "name": calibration.name,
        "kind": calibration.card.kind,
        "judge_model": judge.requested_model,
        "rubric": judge.rubric,
        "mode": judge.mode,
        "document": calibration.model_dump_json(exclude=_IN_COLUMNS),
        "created_at": utc(calibration.created_at),
    }
    return Statement(
        f"INSERT INTO {CALIBRATIONS_TABLE} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))}) "  # noqa: S608
        "ON DUPLICATE KEY UPDATE id = id",
        tuple(row.values()),
    )


def _calibration(calibration_id: str, tenant: bytes, name: str, created_at: Any, document: str) -> Calibration:
    columns = {"id": calibration_id, "tenant": tenant.decode(), "name": name, "created_at": created_at}
    columns["created_at"] = created_at.replace(tzinfo=UTC)
    # As JSON: strictly typed tuples and enumerations come back only from text.
    return Calibration.model_validate_json(orjson.dumps(orjson.loads(document) | columns))
