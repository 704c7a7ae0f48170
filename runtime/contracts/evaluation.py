"""The evaluation: what a caller may ask for, and the record of it that Redis keeps and MySQL archives."""

from enum import StrEnum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from config.base import Frozen
from config.topology import Stage
from runtime.contracts.failures import Failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.models import ModelName
from runtime.contracts.outcomes import InferenceResult, JudgeResult, Outcome
from runtime.contracts.rubric import Rubric
from runtime.contracts.text import Text

LABEL_PATTERN = r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,127}$"
Label = Annotated[str, StringConstraints(pattern=LABEL_PATTERN)]
"""Of a run, or of an item in it."""


class Message(Frozen):
    role: Literal["system", "user", "assistant"]
    content: Text


class CandidateParameters(Frozen):
    """Sent only where set: current reasoning models reject `temperature`. Strict: `true` is no temperature of 1."""

    temperature: float | None = Field(default=None, ge=0, le=2, strict=True)
    top_p: float | None = Field(default=None, gt=0, le=1, strict=True)
    max_tokens: int | None = Field(default=None, ge=1, le=16384, strict=True)
    seed: int | None = Field(default=None, ge=-(2**63), lt=2**63, strict=True)


class Candidate(Frozen):
    model: ModelName
    parameters: CandidateParameters = CandidateParameters()


class Mode(StrEnum):
    POINTWISE = "pointwise"
    """The answer by itself, against the rubric."""
    PAIRWISE = "pairwise"
    """The answer against `baseline`, in both orders."""


class JurorSettings(Frozen):
    model: ModelName
    accuracy: float = Field(gt=0, lt=1, strict=True)
    """Against human labels, as a calibration measured it: it decides the weight."""


class CascadeSettings(Frozen):
    """What is tried before `judge.model`, the cheapest first."""

    exact_match: bool = False
    """An answer that is the reference, but for case and white space, scores 1."""
    json_schema: dict[str, Any] | None = None
    """An answer that is not JSON of this schema scores 0."""
    first: ModelName | None = None
    """A cheaper judge; `judge.model` is asked where it is not confident enough."""
    min_confidence: float = Field(default=0.8, gt=0, le=1, strict=True)
    """Below it the next judge is asked, and after the last one a human."""


class JudgeSettings(Frozen):
    model: ModelName
    """The one that decides in the end; of a jury, the first."""
    mode: Mode = Mode.POINTWISE
    rubric: Rubric
    reference: Text | None = None
    decision_endpoint: bool = False
    """Asks the provider's decision endpoint for a probability of each level, instead of a written verdict."""
    samples: int = Field(default=1, ge=1, le=9, strict=True)
    jury: tuple[JurorSettings, ...] = Field(default=(), max_length=7)
    cascade: CascadeSettings | None = None

    @property
    def models(self) -> tuple[str, ...]:
        """Every judge that may be asked, `model` first."""
        others = [juror.model for juror in self.jury]
        if self.cascade and self.cascade.first:
            others.append(self.cascade.first)
        return tuple(dict.fromkeys((self.model, *others)))


class EvaluationSpec(Frozen):
    """A validated request with every default filled in: self-contained, so a message can carry it."""

    input: tuple[Message, ...] = Field(min_length=1, max_length=100)
    output: str | None = None
    """The answer to be judged; None: the candidate is asked for it."""
    baseline: str | None = None
    """The other answer of a pairwise judgement."""
    candidate: Candidate | None = None
    judge: JudgeSettings
    run: Label | None = None
    """Evaluations of one run are summed up, and compared with another run's by `item`."""
    item: Label | None = None
    metadata: dict[str, str] = Field(default={})


def given_answer(spec: EvaluationSpec) -> InferenceResult | None:
    """The answer that came with the request; None: the candidate is asked."""
    if spec.output is None:
        return None
    requested = spec.candidate.model if spec.candidate else None
    return InferenceResult(output=spec.output, source="provided", requested_model=requested)


class Identity(Frozen):
    """Who and until when: enough to rebuild a record that Redis has lost."""

    request_id: UUID
    tenant: str
    created_at: AwareDatetime
    deadline_at: AwareDatetime
    spec: EvaluationSpec


class EvaluationRecord(Identity):
    """`request:{request_id}` in Redis, and one row of `request_history` once `status` is terminal.

    COMPLETED means scored: `judge_result` is there and `failure` is not. FAILED is the reverse.
    """

    status: Status
    stage: Status
    """The last stage before a terminal status: where it is, or where it ended."""
    updated_at: AwareDatetime
    attempts: dict[Stage, int] = Field(default={})
    inference_result: InferenceResult | None = None
    judge_result: JudgeResult | None = None
    failure: Failure | None = None
    outcome: Outcome | None = None

    @property
    def identity(self) -> Identity:
        return Identity(**{name: getattr(self, name) for name in Identity.model_fields})
