"""A record as one row of `request_history` and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from runtime.contracts.evaluation import EvaluationRecord

COLUMNS = (
    "request_id",
    "tenant",
    "status",
    "outcome",
    "stage",
    "score",
    "candidate_model",
    "judge_model",
    "rubric",
    "request",
    "inference_result",
    "judge_result",
    "failure",
    "attempts",
    "metadata",
    "run",
    "item",
    "created_at",
    "deadline_at",
    "completed_at",
)
_READ_COLUMNS = (
    "request_id",
    "tenant",
    "status",
    "outcome",
    "stage",
    "request",
    "inference_result",
    "judge_result",
    "failure",
    "attempts",
    "created_at",
    "deadline_at",
    "completed_at",
)
READ_COLUMNS = ", ".join(_READ_COLUMNS)
_JSON_FIELDS = {
    "request": "spec",
    "inference_result": "inference_result",
    "judge_result": "judge_result",
    "failure": "failure",
    "attempts": "attempts",
}
_TIMES = {"created_at": "created_at", "deadline_at": "deadline_at", "completed_at": "updated_at"}


@dataclass(frozen=True)
class Row:
    record: EvaluationRecord
    values: tuple[Any, ...]
    """In the order of COLUMNS."""
    size_bytes: int
    """About what it takes in a statement."""


def to_row(record: EvaluationRecord) -> Row:
    spec = record.spec
    request = spec.model_dump_json()
    inference_result, judge_result, failure = (
        document.model_dump_json() if document else None
        for document in (record.inference_result, record.judge_result, record.failure)
    )
    values = (
        str(record.request_id),
        record.tenant,
        record.status.value,
        record.outcome.value if record.outcome else None,
        record.stage.value,
        record.judge_result.score if record.judge_result else None,
        spec.candidate.model if spec.candidate else None,
        spec.judge.model,
        spec.judge.rubric.label,
        request,
        inference_result,
        judge_result,
        failure,
        _json({stage.value: count for stage, count in record.attempts.items()}),
        _json(spec.metadata),
        spec.run,
        spec.item,
        utc(record.created_at),
        utc(record.deadline_at),
        utc(record.updated_at),
    )
    return Row(record, values, sum(len(text) for text in (request, inference_result or "", judge_result or "")))


def to_record(values: Sequence[Any]) -> EvaluationRecord:
    """`values` in the order of READ_COLUMNS."""
    row: Mapping[str, Any] = dict(zip(_READ_COLUMNS, values, strict=True))
    fields: dict[str, Any] = {name: row[name] for name in ("request_id", "status", "outcome", "stage")}
    fields["tenant"] = row["tenant"].decode()
    for column, name in _JSON_FIELDS.items():
        if row[column] is not None:
            fields[name] = orjson.Fragment(row[column])
    for column, name in _TIMES.items():
        fields[name] = row[column].replace(tzinfo=UTC)
    return EvaluationRecord.model_validate_json(orjson.dumps(fields))


def _json(value: Mapping[str, Any]) -> str:
    return orjson.dumps(value).decode()


def utc(moment: datetime) -> datetime:
    """DATETIME has no time zone: every connection and every value is UTC."""
    return moment.astimezone(UTC).replace(tzinfo=None)
