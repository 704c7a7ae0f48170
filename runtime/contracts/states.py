"""The redis-service's vocabulary: create a request once, advance it only forwards, read it, list the open ones.

The lease on a stage's work is in `leases.py`.
"""

from enum import StrEnum
from typing import Protocol
from uuid import UUID

from pydantic import AwareDatetime, Field

from config.base import Frozen
from config.tenant import TenantLimits
from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.failures import Failure
from runtime.contracts.leases import Leases
from runtime.contracts.lifecycle import Status
from runtime.contracts.outcomes import InferenceResult, JudgeResult, Outcome


class IdempotencyClaim(Frozen):
    """A caller's Idempotency-Key, hashed; one claim per tenant and key."""

    key_hash: str = Field(pattern=r"^[0-9a-f]{64}$")
    body_hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class NewRequest(Frozen):
    identity: Identity
    idempotency: IdempotencyClaim | None = None
    limits: TenantLimits | None = None
    """Of its tenant, as they are now; None: no limits."""


class Limit(StrEnum):
    RATE = "rate_limited"
    IN_FLIGHT = "too_many_in_flight"
    DAILY = "quota_exceeded"


class LimitReached(Frozen):
    limit: Limit
    retry_after_seconds: float = Field(ge=0)


class Creation(Frozen):
    """`created` false: the key was used before, or a limit is reached; then nothing was kept and nothing counted.

    A used key: `request_id` and `body_hash` are those of its first use. Without a `body_hash` there is no such use: the
    request's id itself was taken before.
    """

    created: bool
    request_id: UUID
    body_hash: str | None = None
    in_progress: bool = False
    """The first use is still being accepted: nobody knows yet whether it will be."""
    refused: LimitReached | None = None


class StateChange(Frozen):
    """One step forward; the facts belong to a terminal status."""

    identity: Identity
    """Rebuilds the record where Redis lost it."""
    to: Status
    inference_result: InferenceResult | None = None
    judge_result: JudgeResult | None = None
    failure: Failure | None = None
    outcome: Outcome | None = None


class Advance(Frozen):
    """`applied` false: the record is already at this status or a later one, and nothing was changed."""

    applied: bool
    record: EvaluationRecord


class Cursor(Frozen):
    """The last item of the page before; lists run from new to old by (created_at, request_id)."""

    created_at: AwareDatetime
    request_id: UUID


class RequestStates(Leases, Protocol):
    """Raises `Unavailable` where the state cannot be reached; nothing else."""

    async def create(self, new: NewRequest) -> Creation: ...

    async def get(self, request_id: UUID, *, tenant: str, wait_seconds: float = 0) -> EvaluationRecord | None:
        """Unknown id and another tenant's id are both None. `wait_seconds`: up to that long for a terminal status."""
        ...

    async def advance(self, change: StateChange) -> Advance: ...

    async def list_open(self, *, tenant: str, limit: int, after: Cursor | None = None) -> list[EvaluationRecord]:
        """Requests without a terminal status, newest first."""
        ...
