"""What callers send and get: the public shapes of the evaluation API. Names follow OpenAI's and Langfuse's."""

from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from config.base import Frozen
from runtime.contracts.evaluation import (
    CandidateParameters,
    CascadeSettings,
    EvaluationRecord,
    JurorSettings,
    Label,
    Message,
    Mode,
)
from runtime.contracts.failures import Failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.models import ModelName
from runtime.contracts.outcomes import InferenceResult, JudgeResult, Outcome
from runtime.contracts.rubric import Rubric, RubricName
from runtime.contracts.text import AnyText, Text

ShortText = Annotated[AnyText, StringConstraints(max_length=512)]


class CandidateIn(Frozen):
    model: ModelName | None = Field(default=None, description="`provider/model`; the deployment may have a default")
    parameters: CandidateParameters = CandidateParameters()


class JudgeIn(Frozen):
    model: ModelName | None = Field(default=None, description="`provider/model`; the deployment may have a default")
    mode: Mode = Field(default=Mode.POINTWISE, description="`pairwise`: against `baseline`, in both orders")
    rubric: RubricName | Rubric | None = Field(
        default=None, description="A rubric of ours, `name` (the newest) or `name@version`, or one of your own"
    )
    reference: Text | None = Field(default=None, description="A known good answer to compare with")
    decision_endpoint: bool = Field(
        default=False, description="Ask the provider's decision endpoint: a probability for each level"
    )
    samples: int = Field(default=1, ge=1, le=9, strict=True, description="Verdicts; the score is their mean")
    jury: Annotated[tuple[JurorSettings, ...], Field(max_length=7)] = Field(
        default=(), description="Several judges with their measured accuracy, instead of `model`"
    )
    cascade: CascadeSettings | None = Field(default=None, description="What is tried before `model`, cheapest first")


class EvaluationIn(Frozen):
    """`input` alone: the candidate answers first. `input` and `output`: that answer is judged as it is."""

    input: Text | Annotated[tuple[Message, ...], Field(min_length=1, max_length=100)]
    output: AnyText | None = None
    baseline: AnyText | None = Field(default=None, description="The other answer of a pairwise judgement")
    candidate: CandidateIn = CandidateIn()
    judge: JudgeIn = JudgeIn()
    run: Label | None = Field(default=None, description="Evaluations of one run are summed up together")
    item: Label | None = Field(default=None, description="What two runs have in common, to compare them by")
    metadata: dict[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,64}$")], ShortText] = Field(
        default={}, max_length=16, json_schema_extra={"additionalProperties": False}
    )


class EvaluationOut(Frozen):
    """An evaluation. `score` is in 0-1 and there only with `outcome` `scored`: a failed judge is no zero."""

    id: str
    object: Literal["evaluation"] = "evaluation"
    status: Status
    stage: Status
    outcome: Outcome | None
    score: Annotated[float, Field(ge=0, le=1)] | None
    input: tuple[Message, ...]
    baseline: str | None
    run: str | None
    item: str | None
    candidate: dict[str, Any] | None
    judge: dict[str, Any]
    inference_result: InferenceResult | None
    judge_result: JudgeResult | None
    failure: Failure | None
    metadata: dict[str, str]
    created_at: AwareDatetime
    updated_at: AwareDatetime


class EvaluationAccepted(Frozen):
    id: str
    object: Literal["evaluation"] = "evaluation"
    status: Status


class EvaluationPage(Frozen):
    object: Literal["list"] = "list"
    data: tuple[EvaluationOut, ...]
    has_more: bool
    next_cursor: str | None = Field(description="Pass it as `cursor` to get the next, older page")


def to_public(record: EvaluationRecord) -> EvaluationOut:
    return EvaluationOut(
        id=str(record.request_id),
        status=record.status,
        stage=record.stage,
        outcome=record.outcome,
        score=record.judge_result.score if record.judge_result and record.outcome is Outcome.SCORED else None,
        input=record.spec.input,
        baseline=record.spec.baseline,
        run=record.spec.run,
        item=record.spec.item,
        candidate=record.spec.candidate.model_dump(mode="json", exclude_none=True) if record.spec.candidate else None,
        judge=record.spec.judge.model_dump(mode="json", exclude_none=True),
        inference_result=record.inference_result,
        judge_result=record.judge_result,
        failure=record.failure,
        metadata=record.spec.metadata,
        created_at=record.created_at,
        updated_at=record.updated_at,
    )
