"""`RequestStates` in memory, with the rules of the real one and, where asked for, its moods."""

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from config.topology import Stage
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.lifecycle import RANK, Status, is_terminal, may_advance
from runtime.contracts.states import Advance, Creation, Cursor, IdempotencyClaim, NewRequest, StateChange
from tests.fakes.flakiness import Flakiness, reliable

_STAGE_STATUS = {Stage.INFERENCE: Status.INFERENCE, Stage.JUDGE: Status.JUDGE, None: Status.CREATED}


class InMemoryRequestStates:
    """Remembers every change that it applied, in order, in `applied`."""

    def __init__(self, *, flaky: float = 0, seed: int = 0) -> None:
        self.records: dict[UUID, EvaluationRecord] = {}
        self.applied: list[StateChange] = []
        self.flakiness = Flakiness(what="redis-service", share=flaky, seed=seed) if flaky else reliable("redis-service")
        self._claims: dict[tuple[str, str], Creation] = {}
        self._changed = asyncio.Condition()

    async def create(self, new: NewRequest) -> Creation:
        self.flakiness.before()
        creation = self._create(new)
        self.flakiness.after()
        return creation

    async def advance(self, change: StateChange) -> Advance:
        self.flakiness.before()
        advance = self._advance(change)
        async with self._changed:
            self._changed.notify_all()
        self.flakiness.after()
        return advance

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
        records = [record for record in self.records.values() if record.tenant == tenant]
        records = [record for record in records if not is_terminal(record.status)]
        if after is not None:
            records = [record for record in records if _order(record) < (after.created_at, str(after.request_id))]
        return sorted(records, key=_order, reverse=True)[:limit]

    async def readiness(self) -> dict[str, str]:
        return {}

    def lose(self, request_id: UUID) -> None:
        """As a Redis that was restarted empty."""
        del self.records[request_id]

    def _create(self, new: NewRequest) -> Creation:
        identity, claim = new.identity, new.idempotency
        known = self.records.get(identity.request_id)
        if known is not None and known.created_at != identity.created_at:
            held = self._claims.get((identity.tenant, claim.key_hash)) if claim else None
            first_use = held if held and held.request_id == identity.request_id else None
            return first_use or Creation(created=False, request_id=identity.request_id)
        if claim is not None:
            key = (identity.tenant, claim.key_hash)
            held = self._claims.get(key)
            if held is not None and held.request_id != identity.request_id:
                return held
            self._claims[key] = Creation(created=False, request_id=identity.request_id, body_hash=claim.body_hash)
        if identity.request_id not in self.records:
            self.records[identity.request_id] = _record(identity, status=Status.CREATED, stage=Status.CREATED)
        return Creation(created=True, request_id=identity.request_id)

    def _advance(self, change: StateChange) -> Advance:
        current = self.records.get(change.identity.request_id)
        if current is None:
            current = _record(change.identity, status=change.to, stage=Status.CREATED)
        elif not _is_due(current, change):
            return Advance(applied=False, record=current)
        record = current.model_copy(
            update={
                "status": change.to,
                "stage": max(current.stage, _stage_reached(change), key=RANK.__getitem__),
                "updated_at": datetime.now(UTC),
                "attempts": _counted(current.attempts, change),
                "failure": change.failure or current.failure,
                "outcome": change.outcome or current.outcome,
                **_results(current, change),
            }
        )
        self.records[record.request_id] = record
        self.applied.append(change)
        if is_terminal(record.status):
            self._release(record, change.release_idempotency)
        return Advance(applied=True, record=record)

    def _release(self, record: EvaluationRecord, claim: IdempotencyClaim | None) -> None:
        key = (record.tenant, claim.key_hash) if claim else None
        if key is not None and key in self._claims and self._claims[key].request_id == record.request_id:
            del self._claims[key]

    def _of(self, request_id: UUID, tenant: str) -> EvaluationRecord | None:
        record = self.records.get(request_id)
        return record if record is not None and record.tenant == tenant else None

    def _has_ended(self, request_id: UUID) -> bool:
        return request_id not in self.records or is_terminal(self.records[request_id].status)


def _record(identity: Any, *, status: Status, stage: Status) -> EvaluationRecord:
    return EvaluationRecord(**dict(identity), status=status, stage=stage, updated_at=datetime.now(UTC))


def _order(record: EvaluationRecord) -> tuple[datetime, str]:
    return record.created_at, str(record.request_id)


def _is_due(current: EvaluationRecord, change: StateChange) -> bool:
    facts = (
        change.attempt,
        change.refund,
        change.inference_result,
        change.judge_result,
        change.failure,
        change.outcome,
    )
    if is_terminal(current.status):
        return False
    if change.to is current.status:
        return any(fact is not None for fact in facts)
    return may_advance(current.status, change.to)


def _stage_reached(change: StateChange) -> Status:
    if change.to is Status.COMPLETED:
        return Status.JUDGE
    if change.to is Status.FAILED:
        return _STAGE_STATUS[change.failure.stage if change.failure else None]
    return change.to


def _counted(attempts: dict[Stage, int], change: StateChange) -> dict[Stage, int]:
    counts = dict(attempts)
    if change.attempt is not None:
        counts[change.attempt] = counts.get(change.attempt, 0) + 1
    if change.refund is not None and counts.get(change.refund, 0) > 0:
        counts[change.refund] -= 1
    return counts


def _results(current: EvaluationRecord, change: StateChange) -> dict[str, object]:
    """The first result stays while it runs; the end brings what the history holds."""
    if not is_terminal(change.to):
        return {
            "inference_result": current.inference_result or change.inference_result,
            "judge_result": current.judge_result or change.judge_result,
        }
    scored = None if change.to is Status.FAILED else current.judge_result
    return {
        "inference_result": change.inference_result or current.inference_result,
        "judge_result": change.judge_result or scored,
    }
