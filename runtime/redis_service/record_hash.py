"""A record as the fields of a Redis hash and back. Documents stay JSON text: Lua's cjson would turn [] into {}."""

from collections.abc import Mapping
from datetime import datetime

import orjson

from config.topology import Stage
from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.leases import StageResult
from runtime.contracts.lifecycle import WORKING_STATUS, Status
from runtime.contracts.states import StateChange

DOCUMENTS = (b"spec", b"inference_result", b"judge_result", b"failure")
ATTEMPTS_PREFIX = "attempts:"
_RESULT_FIELDS = {Stage.INFERENCE: "inference_result", Stage.JUDGE: "judge_result"}
BOOKKEEPING = frozenset({b"open", b"member", b"quota", b"rebuilt", b"lease_fence", b"lease_until", b"votes"})
"""What the scripts keep beside the record, for themselves."""


def identity_fields(identity: Identity) -> list[str]:
    """`field, value, ...`, as HSET takes them."""
    return [
        *("request_id", str(identity.request_id)),
        *("tenant", identity.tenant),
        *("created_at", identity.created_at.isoformat()),
        *("deadline_at", identity.deadline_at.isoformat()),
        *("spec", identity.spec.model_dump_json()),
    ]


def stage_fields(stage: Stage) -> tuple[Status, str, str]:
    """The status of a stage at work, and its fields: attempts, result."""
    return WORKING_STATUS[stage], f"{ATTEMPTS_PREFIX}{stage.value}", _RESULT_FIELDS[stage]


def saved_result(result: StageResult) -> tuple[str, str]:
    """Field and text."""
    for field in ("judge_result", "failure", "inference_result"):
        if (document := getattr(result, field)) is not None:
            return field, document.model_dump_json()
    raise ValueError("a stage's result is an answer, a verdict or a failure")


def fact_texts(change: StateChange) -> list[str]:
    """inference_result, judge_result, failure, outcome; '' for what the change does not say."""
    documents = (change.inference_result, change.judge_result, change.failure)
    return [*(document.model_dump_json() if document else "" for document in documents), change.outcome or ""]


def stage_reached(change: StateChange) -> Status:
    """How far the request must have come for this change to happen; the record may know of a later stage."""
    match change.to:
        case Status.COMPLETED:
            return Status.JUDGE
        case Status.FAILED:
            failed_in = change.failure.stage if change.failure else None
            return WORKING_STATUS[failed_in] if failed_in else Status.CREATED
        case status:
            return status


def index_member(created_at: datetime, request_id: str) -> str:
    """Sorts like (created_at, request_id): sixteen digits of microseconds, then the id."""
    return f"{_microseconds(created_at):016d}:{request_id}"


def request_id_of(member: bytes) -> str:
    return member.decode().partition(":")[2]


def to_record(stored: Mapping[bytes, bytes]) -> EvaluationRecord:
    fields: dict[str, object] = {}
    attempts: dict[str, int] = {}
    for name, value in stored.items():
        key = name.decode()
        if name in BOOKKEEPING:
            continue
        if name in DOCUMENTS:
            fields[key] = orjson.Fragment(value)
        elif key.startswith(ATTEMPTS_PREFIX):
            attempts[key.removeprefix(ATTEMPTS_PREFIX)] = int(value)
        else:
            fields[key] = value.decode()
    return EvaluationRecord.model_validate_json(orjson.dumps(fields | {"attempts": attempts}))


def _microseconds(moment: datetime) -> int:
    # Integer arithmetic: a float timestamp rounds, and two orders of one instant would not compare equal.
    return int(moment.timestamp()) * 1_000_000 + moment.microsecond
