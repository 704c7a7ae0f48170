"""The query strings of the internal lists; a client writes them, the service reads them."""

from collections.abc import Sequence
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, Field, Json, TypeAdapter, model_validator

from config.base import Frozen
from config.limits import LOOKUP_IDS_MAX
from runtime.contracts.calibration import LabelKind
from runtime.contracts.evaluation import Label, Mode
from runtime.contracts.history import CalibrationFilter, HistoryFilter
from runtime.contracts.lifecycle import Status
from runtime.contracts.models import ModelName
from runtime.contracts.outcomes import Outcome, UnitInterval
from runtime.contracts.states import Cursor

_JSON = TypeAdapter(dict[str, str])

Params = dict[str, str]
"""Values as they stand in a URL."""


class PageQuery(Frozen):
    tenant: str
    limit: int = Field(ge=1, le=1000)
    after_created_at: AwareDatetime | None = None
    after_request_id: UUID | None = None

    @model_validator(mode="after")
    def _whole_cursor(self) -> Self:
        if (self.after_created_at is None) != (self.after_request_id is None):
            raise ValueError("after_created_at and after_request_id go together")
        return self

    @property
    def after(self) -> Cursor | None:
        if self.after_created_at is None or self.after_request_id is None:
            return None
        return Cursor(created_at=self.after_created_at, request_id=self.after_request_id)


class HistoryQuery(PageQuery):
    status: Status | None = None
    outcome: Outcome | None = None
    judge_model: ModelName | None = None
    candidate_model: ModelName | None = None
    min_score: UnitInterval | None = None
    max_score: UnitInterval | None = None
    run: Label | None = None
    metadata: Json[dict[str, str]] = Field(default={})

    @property
    def where(self) -> HistoryFilter:
        return HistoryFilter(**{name: getattr(self, name) for name in HistoryFilter.model_fields})


class CalibrationsQuery(PageQuery):
    judge_model: str | None = None
    rubric: str | None = None
    mode: Mode | None = None
    settings_hash: str | None = None
    kind: LabelKind | None = None

    @property
    def where(self) -> CalibrationFilter:
        return CalibrationFilter(**{name: getattr(self, name) for name in CalibrationFilter.model_fields})


_ID = r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"


class LookupQuery(Frozen):
    tenant: str
    ids: str = Field(pattern=rf"^{_ID}(,{_ID}){{0,{LOOKUP_IDS_MAX - 1}}}$")

    @property
    def request_ids(self) -> tuple[UUID, ...]:
        return tuple(map(UUID, self.ids.split(",")))


def lookup_params(request_ids: Sequence[UUID], *, tenant: str) -> Params:
    return {"tenant": tenant, "ids": ",".join(map(str, request_ids))}


def page_params(*, tenant: str, limit: int, after: Cursor | None) -> Params:
    params = {"tenant": tenant, "limit": str(limit)}
    if after is not None:
        params["after_created_at"] = after.created_at.isoformat()
        params["after_request_id"] = str(after.request_id)
    return params


def calibration_params(where: CalibrationFilter) -> Params:
    return dict(where.model_dump(mode="json", exclude_none=True))


def filter_params(where: HistoryFilter) -> Params:
    plain = where.model_dump(mode="json", exclude_none=True, exclude={"metadata"})
    params = {name: str(value) for name, value in plain.items()}
    return params | {"metadata": _JSON.dump_json(where.metadata).decode()} if where.metadata else params
