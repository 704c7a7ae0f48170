"""Identities and records for the contract suites; every call gives a new request."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from config.topology import Stage
from runtime.contracts.answer_schema import MOST_CHARS, MOST_DEPTH, MOST_NODES, MOST_NUMBER
from runtime.contracts.evaluation import Candidate, EvaluationRecord, EvaluationSpec, Identity, JudgeSettings, Message
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.leases import StageResult, WorkStart
from runtime.contracts.lifecycle import Status
from runtime.contracts.outcomes import CriterionScore, InferenceResult, JudgeResult, Method, Outcome
from runtime.contracts.rubrics import DEFAULT_RUBRIC
from runtime.contracts.states import IdempotencyClaim, NewRequest, StateChange

START = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
JUDGE_MODEL = "google/gemini-x"
FENCE = UUID(int=1)


def fresh_tenant() -> str:
    """Suites share one server; a tenant of its own keeps a test alone on it."""
    return f"tenant-{uuid4().hex[:12]}"


def spec(**changes: Any) -> EvaluationSpec:
    fields: dict[str, Any] = {
        "input": (Message(role="user", content="Name the largest moon of Saturn."),),
        "candidate": Candidate(model="openai/gpt-x"),
        "judge": JudgeSettings(model=JUDGE_MODEL, rubric=DEFAULT_RUBRIC),
    }
    return EvaluationSpec(**fields | changes)


def largest_schema() -> dict[str, Any]:
    """At every limit of `check_schema`."""
    deepest: dict[str, Any] = {}
    for _ in range(MOST_DEPTH - 1):
        deepest = {"items": deepest}
    # The title, and `enum` itself with its two numbers, are values too.
    numbers = [int(MOST_NUMBER), -MOST_NUMBER, *range(MOST_NODES - MOST_DEPTH - 4)]
    schema = {**deepest, "enum": numbers, "title": ""}
    return schema | {"title": "x" * (MOST_CHARS - len(json.dumps(schema)))}


def identity(*, tenant: str, created_at: datetime = START, **changes: Any) -> Identity:
    fields: dict[str, Any] = {"request_id": uuid4(), "spec": spec(), "deadline_at": created_at + timedelta(hours=1)}
    return Identity(tenant=tenant, created_at=created_at, **fields | changes)


def new_request(*, tenant: str, claim: IdempotencyClaim | None = None, **changes: Any) -> NewRequest:
    # The open requests of a tenant are kept for as long as their records: they have to be young.
    created_at = changes.pop("created_at", datetime.now(UTC))
    return NewRequest(identity=identity(tenant=tenant, created_at=created_at, **changes), idempotency=claim)


def claim(key: str = "a", body: str = "b") -> IdempotencyClaim:
    return IdempotencyClaim(key_hash=key * 64, body_hash=body * 64)


def answer(text: str = "Titan.") -> InferenceResult:
    return InferenceResult(output=text, source="generated", requested_model="openai/gpt-x", duration_ms=7)


def verdict(score: float = 0.85) -> JudgeResult:
    return JudgeResult(
        score=score,
        criteria=(CriterionScore(name="correct", weight=2, score=score, explanation="It is Titan."),),
        rationale="Titan is the largest.",
        method=Method.STRUCTURED_VERDICT,
        rubric=DEFAULT_RUBRIC.label,
        requested_model=JUDGE_MODEL,
        served_model=None,
    )


def change(of: Identity, to: Status, **facts: Any) -> StateChange:
    return StateChange(identity=of, to=to, **facts)


def work(of: Identity, fence: UUID = FENCE, *, stage: Stage = Stage.INFERENCE, **changes: Any) -> WorkStart:
    fields: dict[str, Any] = {"lease_seconds": 60.0}
    return WorkStart(identity=of, stage=stage, fence=fence, **fields | changes)


def saved(of: Identity, fence: UUID = FENCE, *, stage: Stage = Stage.INFERENCE, **result: Any) -> StageResult:
    return StageResult(identity=of, stage=stage, fence=fence, **result or {"inference_result": answer()})


def completed(of: Identity, *, score: float = 0.85) -> EvaluationRecord:
    return EvaluationRecord(
        **dict(of),
        status=Status.COMPLETED,
        stage=Status.JUDGE,
        updated_at=of.created_at + timedelta(seconds=9),
        attempts={Stage.INFERENCE: 1, Stage.JUDGE: 2},
        inference_result=answer(),
        judge_result=verdict(score),
        outcome=Outcome.SCORED,
    )


def failed(of: Identity, *, outcome: Outcome = Outcome.INFERENCE_ERROR) -> EvaluationRecord:
    return EvaluationRecord(
        **dict(of),
        status=Status.FAILED,
        stage=Status.INFERENCE,
        updated_at=of.created_at + timedelta(seconds=3),
        failure=failure(FailureReason.AUTH, Stage.INFERENCE),
        outcome=outcome,
    )
