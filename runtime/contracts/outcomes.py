"""What a stage produced. A `JudgeResult` always has a score: a judge that failed produces a `Failure` instead."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from config.base import Frozen
from runtime.contracts.two_orders import Side

UnitInterval = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class Outcome(StrEnum):
    SCORED = "scored"
    REFUSED = "refused"
    BLOCKED = "blocked"
    JUDGE_ERROR = "judge_error"
    INFERENCE_ERROR = "inference_error"


class Flag(StrEnum):
    """Signs that a judged text tries to move its judge."""

    ADDRESSES_THE_JUDGE = "addresses_the_judge"
    FORGED_VERDICT = "forged_verdict"
    FORGED_MARKS = "forged_marks"
    HIDDEN_TEXT = "hidden_text"


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
    cost_usd: float | None = Field(default=None, ge=0)
    """By the deployment's price list; None where the model has no price there."""
    duration_ms: int = Field(default=0, ge=0)


class CriterionScore(Frozen):
    name: str
    weight: float = Field(gt=0)
    score: UnitInterval
    level: int | None = None
    """The chosen step of the criterion's scale; None where the score is a probability."""
    probabilities: tuple[UnitInterval, ...] | None = None
    """Of each level, from worst to best, where the judge gave them; the score is their expectation."""
    evidence: str | None = None
    """Words of the answer, checked to stand in it; empty where nothing in it decides."""
    explanation: str | None = None
    gate_failed: bool = False
    """A gate of the rubric that the answer did not pass: the total is 0."""


class Method(StrEnum):
    """How a verdict came about."""

    STRUCTURED_VERDICT = "structured_verdict"
    """By JSON schema."""
    PROSE_VERDICT = "prose_verdict"
    """Read from plain text, from a judge that ignored the schema."""
    LIKELIHOOD = "likelihood"
    """From token probabilities."""
    DECISION = "decision"
    """From a provider's decision endpoint: a probability for each level."""
    FLOOR = "floor"
    """The answer has no content: no judge was asked."""
    EXACT_MATCH = "exact_match"
    """The answer is the reference: no judge was asked."""
    SCHEMA_CHECK = "schema_check"
    """The answer is not the JSON that was asked for: no judge was asked."""
    JURY = "jury"
    """The weighted vote of several judges."""


class Comparison(Frozen):
    """`output` against `baseline`, shown to the judge in both orders.

    A jury votes three times: on what each member preferred in both orders, which is the jury's preference, and on what
    each said in the one order and in the other.
    """

    preference: Side
    order_consistent: bool
    """Both orders gave the preference. False: the judge changed its mind with the order, which makes a tie; of a jury,
    so many members did that the three votes differ, and those that did not have decided.
    """
    shown_first: Side
    """What it preferred when `output` was shown first."""
    shown_second: Side


class Samples(Frozen):
    """Several verdicts on one answer by one judge; `score` of the result is their mean."""

    scores: tuple[UnitInterval, ...] = Field(min_length=1)
    failed: int = Field(ge=0)
    """Verdicts that were asked for and did not come: they move no mean."""
    standard_deviation: float = Field(ge=0)
    low: UnitInterval
    high: UnitInterval
    """The 95 % interval of the mean (Student's t); its deviation is at least what the steps of the scale hide."""


class Juror(Frozen):
    """One judge of a jury, or one step of a cascade."""

    model: str
    served_model: str | None = None
    accuracy: UnitInterval | None = None
    """Measured against human labels, as the request gave it."""
    weight: float = Field(default=0, ge=0)
    part: Literal["voted", "abstained", "dropped", "escalated"]
    """`dropped`: not better than chance, and not asked. `escalated`: not confident enough, the next one was asked."""
    score: UnitInterval | None = None
    method: Method | None = None
    """How its score came about."""
    confidence: UnitInterval | None = None
    reason: str | None = None
    """Why it has no score."""
    usage: Usage | None = None
    cost_usd: float | None = Field(default=None, ge=0)


class JudgeResult(Frozen):
    """In a pairwise judgement `score` is 1 where `output` is preferred, 0 where `baseline` is, 0.5 for a tie."""

    score: UnitInterval
    criteria: tuple[CriterionScore, ...] = Field(min_length=1)
    rationale: str
    method: Method
    rubric: str
    """`name@version` of the rubric."""
    requested_model: str
    served_model: str | None
    prompt_hash: str | None = None
    """Of everything in the prompt but the judged texts: it changes when the judge is asked in other words."""
    self_judged: bool = False
    """Candidate and judge are one model: read the score with care."""
    same_family: bool = False
    """Candidate and judge come from one maker: judges favour their own family."""
    flags: tuple[Flag, ...] = ()
    """What is suspicious about the judged text; it was scored as it is."""
    confidence: UnitInterval | None = None
    """How sure the judge is of this score by its own measure; None where its method tells nothing about it."""
    comparison: Comparison | None = None
    samples: Samples | None = None
    jury: tuple[Juror, ...] = ()
    needs_human: bool = False
    """The last judge of the cascade was not confident enough either."""
    usage: Usage | None = None
    cost_usd: float | None = Field(default=None, ge=0)
    """By the deployment's price list; None where a model has no price there."""
    duration_ms: int = Field(default=0, ge=0)
