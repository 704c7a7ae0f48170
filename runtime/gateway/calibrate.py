"""Makes a calibration: finds the labelled evaluations, sees that one judge judged them, measures it, keeps the card."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import Field

from config.base import Frozen
from config.limits import CALIBRATION_LABELS_MAX, LOOKUP_IDS_MAX
from runtime.contracts.calibration import Calibration, HumanLabel, LabelKind
from runtime.contracts.evaluation import EvaluationRecord, Label, Mode
from runtime.contracts.history import Calibrations
from runtime.contracts.judged import Judged, Labelled, NotMeasurable, identities, judged
from runtime.contracts.lifecycle import is_terminal
from runtime.gateway.measuring import Measuring
from runtime.gateway.read import ReadEvaluations
from runtime.kit.problems import FieldProblem, Problem

ERRORS_SHOWN = 20


class CalibrationIn(Frozen):
    """Labels of one kind, of evaluations of one judge."""

    name: Label
    labels: Annotated[tuple[HumanLabel, ...], Field(min_length=2, max_length=CALIBRATION_LABELS_MAX)]
    pass_score: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        strict=True,
        description="For labels with `passed`: a score from here on is a pass. Without it the best one is chosen",
    )


@dataclass(frozen=True, kw_only=True)
class Calibrate:
    read: ReadEvaluations
    store: Calibrations
    measuring: Measuring
    now: Callable[[], datetime]

    async def make(self, asked: CalibrationIn, *, tenant: str) -> Calibration:
        """Raises Problem 409 or 422, Unavailable."""
        _refuse(_label_errors(asked))
        async with self.measuring.turn:
            found = await self._find([label.evaluation_id for label in asked.labels], tenant=tenant)
            items = [Labelled(label, found[label.evaluation_id]) for label in asked.labels]
            _refuse(_judge_errors(items))
            try:
                card = await self.measuring.card(items, pass_score=asked.pass_score)
            except NotMeasurable as missing:
                raise Problem(422, "not_measurable", str(missing)) from None
        (judge,) = identities(item.judged for item in items)
        made = Calibration(id=uuid4(), tenant=tenant, name=asked.name, created_at=self.now(), judge=judge, card=card)
        return await self.store.store(made)

    async def _find(self, ids: Sequence[UUID], *, tenant: str) -> dict[UUID, Judged]:
        """All of them. Raises Problem where one is not there, or has not ended."""
        found: dict[UUID, Judged] = {}
        for start in range(0, len(ids), LOOKUP_IDS_MAX):
            records = await self.read.history.lookup(ids[start : start + LOOKUP_IDS_MAX], tenant=tenant)
            found |= {record.request_id: judged(record) for record in records}
        unknown: list[FieldProblem] = []
        still_open: list[FieldProblem] = []
        for place, request_id in enumerate(ids):
            if request_id in found:
                continue
            record = await self.read.one(request_id, tenant=tenant)
            if record is not None and is_terminal(record.status):
                found[request_id] = judged(record)
                continue
            (still_open if record else unknown).append(_missing(place, record))
            if len(unknown) + len(still_open) == ERRORS_SHOWN:
                break
        _refuse(unknown)
        if still_open:
            detail = "Some of these evaluations have not ended: wait for them, then send the same again."
            raise Problem(409, "evaluations_open", detail, retryable=True, errors=still_open)
        return found


def _missing(place: int, record: EvaluationRecord | None) -> FieldProblem:
    detail = "There is no evaluation of this id." if record is None else f"It has not ended: it is {record.status}."
    return FieldProblem(pointer=f"/labels/{place}/evaluation_id", detail=detail)


def _label_errors(asked: CalibrationIn) -> list[FieldProblem]:
    kind, seen, errors = asked.labels[0].kind, set[UUID](), []
    for place, label in enumerate(asked.labels):
        if label.kind is not kind:
            detail = "Give labels of one kind, all with `passed`, all with `score` or all with `preference`."
            errors.append(FieldProblem(pointer=f"/labels/{place}", detail=detail))
        if label.evaluation_id in seen:
            detail = "This evaluation has a label already: give one for each."
            errors.append(FieldProblem(pointer=f"/labels/{place}/evaluation_id", detail=detail))
        seen.add(label.evaluation_id)
    if asked.pass_score is not None and kind is not LabelKind.BINARY:
        errors.append(FieldProblem(pointer="/pass_score", detail="It goes with `passed` only: leave it out."))
    return errors


def _judge_errors(items: Sequence[Labelled]) -> list[FieldProblem]:
    first, errors = items[0].judged.judge, []
    for place, item in enumerate(items):
        pairwise = item.judged.judge.mode is Mode.PAIRWISE
        if item.judged.judge != first:
            detail = f"Judged by {item.judged.judge}, the first by {first}: make a calibration for each judge."
            errors.append(FieldProblem(pointer=f"/labels/{place}", detail=detail))
        elif pairwise is not (item.label.kind is LabelKind.PREFERENCE):
            fitting = "a `preference`" if pairwise else "`passed` or a `score`"
            errors.append(FieldProblem(pointer=f"/labels/{place}", detail=f"A {first.mode} verdict needs {fitting}."))
    return errors


def _refuse(errors: Sequence[FieldProblem]) -> None:
    if errors:
        detail = "Correct the labels named in `errors` and send the request again."
        if len(errors) > ERRORS_SHOWN:
            detail += f" {len(errors) - ERRORS_SHOWN} more are wrong."
        raise Problem(422, "invalid_request", detail, errors=errors[:ERRORS_SHOWN])
