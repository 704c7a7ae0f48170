"""The lease on one stage of one request: who may call the provider, and whose result counts."""

from typing import Protocol
from uuid import UUID

from pydantic import Field, TypeAdapter

from config.base import Frozen
from config.topology import Stage
from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.failures import Failure, FailureReason
from runtime.contracts.outcomes import InferenceResult, JudgeResult

Vote = JudgeResult | FailureReason
"""One of several judges' verdict, or why there will be none."""
VOTES = TypeAdapter(dict[str, Vote])


class WorkStart(Frozen):
    """A worker has taken a message and wants to do this stage's call."""

    identity: Identity
    """Rebuilds the record where Redis lost it."""
    stage: Stage
    fence: UUID
    """Made for this delivery, and for no other: whatever is saved must show it."""
    lease_seconds: float = Field(gt=0)
    inference_result: InferenceResult | None = None
    """What the message brought along; the record keeps the first."""


class WorkBegun(Frozen):
    """`granted`: call the provider; one attempt is counted. Otherwise another worker holds the lease for
    `busy_seconds`, or there is nothing left to call for: the record shows a saved result, or a later status.
    """

    record: EvaluationRecord
    granted: bool
    busy_seconds: float | None = None
    rebuilt: bool = False
    """Redis had lost the record at some time, so the history may know more."""
    taken_over: bool = False
    """Granted after the lease of another ran out: its call may have been made, and be made again now."""
    votes: dict[str, Vote] = Field(default={})
    """By model: what earlier attempts were told already, and need not ask and pay for again."""


class StageResult(Frozen):
    """What a stage came to, for good: an answer, a verdict or a failure.

    The last two come with the answer that they are about, where there is one: a record that Redis lost gets it back.
    """

    identity: Identity
    stage: Stage
    fence: UUID
    inference_result: InferenceResult | None = None
    judge_result: JudgeResult | None = None
    failure: Failure | None = None


class Saved(Frozen):
    """`held` false: another worker has taken over, and nothing was changed."""

    held: bool
    record: EvaluationRecord


class LeaseEnd(Frozen):
    """The work is given back without a result."""

    identity: Identity
    stage: Stage
    fence: UUID
    refund: bool
    """The attempt is taken back: no call was made, or the provider only asked for time."""
    votes: dict[str, Vote] = Field(default={})
    """All that are known by now; kept until the stage has its result."""


class Leases(Protocol):
    """Raises `Unavailable` where the state cannot be reached; nothing else. Every call may be repeated."""

    async def begin(self, work: WorkStart) -> WorkBegun: ...

    async def save(self, result: StageResult) -> Saved: ...

    async def release(self, end: LeaseEnd) -> bool:
        """False: another worker has taken over."""
        ...
