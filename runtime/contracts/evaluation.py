"""The evaluation: what a caller may ask for, and the record of it that Redis keeps and MySQL archives."""

from typing import Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from config.base import Frozen
from config.topology import Stage
from runtime.contracts.failures import Failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.models import ModelName
from runtime.contracts.outcomes import InferenceResult, JudgeResult, Outcome
from runtime.contracts.rubric import Rubric
from runtime.contracts.text import Text


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


class JudgeSettings(Frozen):
    model: ModelName
    mode: Literal["pointwise"] = "pointwise"
    rubric: Rubric
    reference: Text | None = None


class EvaluationSpec(Frozen):
    """A validated request with every default filled in: self-contained, so a message can carry it."""

    input: tuple[Message, ...] = Field(min_length=1, max_length=100)
    output: str | None = None
    """The answer to be judged; None: the candidate is asked for it."""
    candidate: Candidate | None = None
    judge: JudgeSettings
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
