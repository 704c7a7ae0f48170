"""The leases of the in-memory request states."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from config.topology import Stage
from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.leases import LeaseEnd, Saved, StageResult, Vote, WorkBegun, WorkStart
from runtime.contracts.lifecycle import RANK, WORKING_STATUS, Status


@dataclass(frozen=True)
class _Lease:
    fence: UUID
    until: float | None
    """None: given back, or no longer needed; its fence still tells who was the last."""


class InMemoryLeases:
    """Atomic steps on `records`."""

    def __init__(self) -> None:
        self.records: dict[UUID, EvaluationRecord] = {}
        self.rebuilt: set[UUID] = set()
        self.votes: dict[UUID, dict[str, Vote]] = {}
        self._leases: dict[UUID, _Lease] = {}
        self.read_clock: Callable[[], float] = time.monotonic
        """Seconds, by the store's own clock."""

    def drop_lease(self, request_id: UUID) -> None:
        self._leases.pop(request_id, None)

    def begin_now(self, work: WorkStart) -> WorkBegun:
        request_id, to = work.identity.request_id, WORKING_STATUS[work.stage]
        current = self.records.get(request_id)
        if current is not None and RANK[to] < RANK[current.status]:
            return WorkBegun(record=current, granted=False)
        if current is None:
            current = self._rebuild(work.identity, to)
        elif RANK[to] > RANK[current.status]:
            self.drop_lease(request_id)
            current = current.model_copy(update={"failure": None})
        record = self._keep(current, to, inference_result=current.inference_result or work.inference_result)
        rebuilt = request_id in self.rebuilt
        if _is_settled(record, work.stage):
            return WorkBegun(record=record, granted=False, rebuilt=rebuilt)
        lease, now = self._leases.get(request_id), self.read_clock()
        others = lease.until if lease is not None and lease.fence != work.fence else None
        if others is not None and others > now:
            return WorkBegun(record=record, granted=False, busy_seconds=others - now, rebuilt=rebuilt)
        if lease is None or lease.fence != work.fence:
            attempts = record.attempts | {work.stage: record.attempts.get(work.stage, 0) + 1}
            record = self._keep(record, to, attempts=attempts)
        self._leases[request_id] = _Lease(work.fence, now + work.lease_seconds)
        votes = self.votes.get(request_id, {})
        return WorkBegun(record=record, granted=True, rebuilt=rebuilt, taken_over=others is not None, votes=votes)

    def save_now(self, result: StageResult) -> Saved:
        request_id, to = result.identity.request_id, WORKING_STATUS[result.stage]
        current = self.records.get(request_id)
        if current is not None and RANK[to] < RANK[current.status]:
            return Saved(held=False, record=current)
        if current is None:
            current = self._rebuild(result.identity, to)
        lease = self._leases.get(request_id)
        if lease is not None and lease.fence != result.fence:
            return Saved(held=False, record=current)
        names = ("inference_result", "judge_result", "failure")
        saved = {name: getattr(current, name) or getattr(result, name) for name in names}
        self.votes.pop(request_id, None)
        return Saved(held=True, record=self._keep(current, to, **saved))

    def release_now(self, end: LeaseEnd) -> bool:
        request_id = end.identity.request_id
        lease = self._leases.get(request_id)
        if lease is None:
            return True
        if lease.fence != end.fence:
            return False
        self._leases[request_id] = _Lease(lease.fence, None)
        if lease.until is None:
            return True
        if end.votes:
            self.votes[request_id] = end.votes
        if end.refund:
            record = self.records[request_id]
            attempts = record.attempts | {end.stage: record.attempts[end.stage] - 1}
            self.records[request_id] = record.model_copy(update={"attempts": attempts})
        return True

    def _rebuild(self, identity: Identity, to: Status) -> EvaluationRecord:
        self.rebuilt.add(identity.request_id)
        return EvaluationRecord(**dict(identity), status=to, stage=to, updated_at=datetime.now(UTC))

    def _keep(self, record: EvaluationRecord, to: Status, **changes: object) -> EvaluationRecord:
        update = {"status": to, "stage": to, "updated_at": datetime.now(UTC), **changes}
        self.records[record.request_id] = record.model_copy(update=update)
        return self.records[record.request_id]


def _is_settled(record: EvaluationRecord, stage: Stage) -> bool:
    result = record.inference_result if stage is Stage.INFERENCE else record.judge_result
    return result is not None or record.failure is not None
