"""What a stage produced. A `JudgeResult` always has a score: a judge that failed produces a `Failure` instead."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from config.base import Frozen

UnitInterval = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Outcome(StrEnum):
    SCORED = "scored"
    REFUSED = "refused"
    BLOCKED = "blocked"
    JUDGE_ERROR = "judge_error"
    INFERENCE_ERROR = "inference_error"


class Usage(Frozen):
    """Tokens as the provider counted them, summed over the calls of one stage."""

    input_tokens: int = Field(ge=0)
    output_tokens: int = Field(ge=0)


def add_usage(before: Usage | None, more: Usage | None) -> Usage | None:
    """The sum of those that a provider did count; None where it counted neither."""
    if before is None or more is None:
        return before or more
    return Usage(
        input_tokens=before.input_tokens + more.input_tokens,
        output_tokens=before.output_tokens + more.output_tokens,
    )


class InferenceResult(Frozen):
    output: str
    source: Literal["generated", "provided"]
    """`provided`: the caller sent the answer, no model was asked."""
    truncated: bool = False
    """The model stopped at its token limit; the answer is judged as it is."""
    requested_model: str | None = None
    served_model: str | None = None
    usage: Usage | None = None
    duration_ms: int = Field(default=0, ge=0)


class CriterionScore(Frozen):
    name: str
    weight: float = Field(gt=0)
    score: UnitInterval
    level: int | None = None
    """The chosen step of the criterion's scale; None where the score is a probability."""
    evidence: str | None = None
    explanation: str | None = None


class JudgeResult(Frozen):
    score: UnitInterval
    criteria: tuple[CriterionScore, ...] = Field(min_length=1)
    rationale: str
    method: Literal["structured_verdict", "likelihood", "floor"]
    """How the score came about: a verdict by JSON schema, token probabilities, or the floor for an empty answer."""
    rubric: str
    """`name@version` of the rubric."""
    requested_model: str
    served_model: str | None
    self_judged: bool = False
    """Candidate and judge are one model: read the score with care."""
    usage: Usage | None = None
    duration_ms: int = Field(default=0, ge=0)
