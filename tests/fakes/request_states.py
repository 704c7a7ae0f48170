"""`RequestStates` in memory, with the rules of the real one and, where asked for, its moods."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.failures import Failure, FailureReason
from runtime.contracts.leases import LeaseEnd, Saved, StageResult, WorkBegun, WorkStart
from runtime.contracts.lifecycle import RANK, WORKING_STATUS, Status, is_terminal, may_abandon, may_advance
from runtime.contracts.states import Advance, Creation, Cursor, NewRequest, StateChange
from tests.fakes.flakiness import Flakiness, reliable
from tests.fakes.leases import InMemoryLeases
from tests.fakes.tenant_usage import TenantUsage

T = TypeVar("T")


class InMemoryRequestStates(InMemoryLeases):
    """Remembers every change that it applied, in order, in `applied`."""

    def __init__(self, *, flaky: float = 0, seed: int = 0) -> None:
        super().__init__()
        self.applied: list[StateChange] = []
        self.flakiness = Flakiness(what="redis-service", share=flaky, seed=seed) if flaky else reliable("redis-service")
        self.usage = TenantUsage()
        self._claims: dict[tuple[str, str], Creation] = {}
        self._changed = asyncio.Condition()

    async def create(self, new: NewRequest) -> Creation:
        return self._atomically(lambda: self._create(new))

    async def advance(self, change: StateChange) -> Advance:
        self.flakiness.before()
        advance = self._advance(change)
        async with self._changed:
            self._changed.notify_all()
        self.flakiness.after()
        return advance

    async def begin(self, work: WorkStart) -> WorkBegun:
        return self._atomically(lambda: self.begin_now(work))

    async def save(self, result: StageResult) -> Saved:
        return self._atomically(lambda: self.save_now(result))

    async def release(self, end: LeaseEnd) -> bool:
        return self._atomically(lambda: self.release_now(end))

    def _atomically(self, step: Callable[[], T]) -> T:
        self.flakiness.before()
        result = step()
        self.flakiness.after()
        return result

    async def get(self, request_id: UUID, *, tenant: str, wait_seconds: float = 0) -> EvaluationRecord | None:
        self.flakiness.before()
        if (record := self._of(request_id, tenant)) is None or is_terminal(record.status) or not wait_seconds:
            return record
        try:
            async with asyncio.timeout(wait_seconds), self._changed:
                await self._changed.wait_for(lambda: self._has_ended(request_id))
        except TimeoutError:
            pass
        return self._of(request_id, tenant)

    async def list_open(self, *, tenant: str, limit: int, after: Cursor | None = None) -> list[EvaluationRecord]:
        self.flakiness.before()
        records = self._open(tenant)
        if after is not None:
            records = [record for record in records if _order(record) < (after.created_at, str(after.request_id))]
        return sorted(records, key=_order, reverse=True)[:limit]

    async def readiness(self) -> dict[str, str]:
        return {}

    def put(self, identity: Identity) -> None:
        """As after its creation."""
        self._create(NewRequest(identity=identity))

    def lose(self, request_id: UUID) -> None:
        """As a Redis that was restarted empty."""
        del self.records[request_id]
        self.drop_lease(request_id)

    def _create(self, new: NewRequest) -> Creation:
        identity, claim = new.identity, new.idempotency
        known = self.records.get(identity.request_id)
        if known is not None and known.created_at != identity.created_at:
            return self._used_id(known, new)
        if claim is not None:
            held = self._claims.get((identity.tenant, claim.key_hash))
            if held is not None and held.request_id != identity.request_id:
                first = self.records.get(held.request_id)
                if first is None or not _was_never_accepted(first.failure):
                    return held.model_copy(update={"in_progress": first is None or first.status is Status.CREATED})
        if identity.request_id not in self.records:
            if refused := self.usage.count(identity.tenant, new.limits, open_=self._open(identity.tenant)):
                return Creation(created=False, request_id=identity.request_id, refused=refused)
            self.records[identity.request_id] = _record(identity, status=Status.CREATED, stage=Status.CREATED)
        if claim is not None:
            used = Creation(created=False, request_id=identity.request_id, body_hash=claim.body_hash)
            self._claims[identity.tenant, claim.key_hash] = used
        return Creation(created=True, request_id=identity.request_id)

    def _used_id(self, known: EvaluationRecord, new: NewRequest) -> Creation:
        claim = new.idempotency
        held = self._claims.get((known.tenant, claim.key_hash)) if claim else None
        same = held is not None and held.request_id == known.request_id and not _was_never_accepted(known.failure)
        return Creation(
            created=False,
            request_id=known.request_id,
            body_hash=held.body_hash if held and same else None,
            in_progress=known.status is Status.CREATED,
        )

    def _advance(self, change: StateChange) -> Advance:
        current = self.records.get(change.identity.request_id)
        by_gateway = may_abandon(_stage_reached(change))
        if current is None and by_gateway:
            return Advance(applied=False, record=_record(change.identity, status=Status.CREATED, stage=Status.CREATED))
        if current is None:
            current = self._rebuild(change.identity, Status.CREATED)
        elif not may_advance(current.status, change.to) or (by_gateway and not may_abandon(current.status)):
            return Advance(applied=False, record=current)
        record = current.model_copy(
            update={
                "status": change.to,
                "stage": max(current.stage, _stage_reached(change), key=RANK.__getitem__),
                "updated_at": datetime.now(UTC),
                "inference_result": change.inference_result or current.inference_result,
                "judge_result": change.judge_result or (None if change.to is Status.FAILED else current.judge_result),
                "failure": change.failure,
                "outcome": change.outcome or current.outcome,
            }
        )
        self.records[record.request_id] = record
        self.drop_lease(record.request_id)
        self.applied.append(change)
        if _was_never_accepted(change.failure):
            self.usage.give_back(record.tenant)
        return Advance(applied=True, record=record)

    def _of(self, request_id: UUID, tenant: str) -> EvaluationRecord | None:
        record = self.records.get(request_id)
        return record if record is not None and record.tenant == tenant else None

    def _open(self, tenant: str) -> list[EvaluationRecord]:
        return [one for one in self.records.values() if one.tenant == tenant and not is_terminal(one.status)]

    def _has_ended(self, request_id: UUID) -> bool:
        return request_id not in self.records or is_terminal(self.records[request_id].status)


def _was_never_accepted(failure: Failure | None) -> bool:
    return failure is not None and failure.reason is FailureReason.NOT_PUBLISHED


def _record(identity: Any, *, status: Status, stage: Status) -> EvaluationRecord:
    return EvaluationRecord(**dict(identity), status=status, stage=stage, updated_at=datetime.now(UTC))


def _order(record: EvaluationRecord) -> tuple[datetime, str]:
    return record.created_at, str(record.request_id)


def _stage_reached(change: StateChange) -> Status:
    if change.to is Status.COMPLETED:
        return Status.JUDGE
    if change.to is Status.FAILED:
        failed_in = change.failure.stage if change.failure else None
        return WORKING_STATUS[failed_in] if failed_in else Status.CREATED
    return change.to
