"""The request states and the history rows: the in-memory ones of the contract suites, watched by the ledger."""

import asyncio
from uuid import UUID

from config.limits import Limits
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.failures import FailureReason, failure, outcome_of
from runtime.contracts.leases import LeaseEnd, Saved, StageResult, WorkBegun, WorkStart
from runtime.contracts.lifecycle import Status
from runtime.contracts.states import Advance, Creation, NewRequest, StateChange
from runtime.redis_service.sweeper import SWEEP_SECONDS
from tests.fakes.history import InMemoryHistory
from tests.fakes.request_states import InMemoryRequestStates
from tests.simulation.ledger import Ledger, Row, Transition
from tests.simulation.link import at_once
from tests.simulation.process import Process
from tests.simulation.virtual_time import START


class States:
    """What the redis-service does in one script, done at once, by `store`'s rules."""

    def __init__(self, store: InMemoryRequestStates, ledger: Ledger) -> None:
        self.store = store
        self.ledger = ledger
        self.granted: dict[UUID, float] = {}
        """When each fence got its lease."""
        self._created: dict[UUID, tuple[float, NewRequest]] = {}
        self._loop = asyncio.get_running_loop()
        store.read_clock = self._loop.time

    def create(self, new: NewRequest, by: Process) -> Creation:
        creation = at_once(self.store.create(new))
        if creation.created:
            self._created[new.identity.request_id] = (self._loop.time(), new)
        deadline = (new.identity.deadline_at - START).total_seconds()
        self.ledger.deadlines.setdefault(new.identity.request_id, deadline)
        self._look(new.identity.request_id, by, "create")
        return creation

    def advance(self, change: StateChange, by: Process) -> Advance:
        advance = at_once(self.store.advance(change))
        self._look(change.identity.request_id, by, "advance")
        return advance

    def begin(self, work: WorkStart, by: Process) -> WorkBegun:
        begun = at_once(self.store.begin(work))
        if begun.granted:
            self.granted[work.fence] = self._loop.time()
        busy = f"busy for {begun.busy_seconds:.0f} s" if begun.busy_seconds is not None else "nothing to call for"
        self._look(work.identity.request_id, by, f"begin {work.stage} ({'granted' if begun.granted else busy})")
        return begun

    def save(self, result: StageResult, by: Process) -> Saved:
        saved = at_once(self.store.save(result))
        self._look(result.identity.request_id, by, "save" if saved.held else "save (refused)")
        return saved

    def release(self, end: LeaseEnd, by: Process) -> bool:
        held = at_once(self.store.release(end))
        refund = "refund" if end.refund else "no refund"
        self._look(end.identity.request_id, by, f"release ({refund})" if held else "release (refused)")
        return held

    async def sweep_for_ever(self, by: Process, limits: Limits) -> None:
        """The real sweeper is a script inside Redis; this is its rule, once more."""
        not_published = failure(FailureReason.NOT_PUBLISHED, None)
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            for request_id, (created_at, new) in list(self._created.items()):
                record = self.store.records.get(request_id)
                if record is None or record.status is not Status.CREATED:
                    del self._created[request_id]
                elif self._loop.time() - created_at > limits.unpublished_seconds:
                    self.advance(
                        StateChange(
                            identity=new.identity,
                            to=Status.FAILED,
                            failure=not_published,
                            outcome=outcome_of(not_published),
                        ),
                        by,
                    )

    def lose_everything(self) -> None:
        self.ledger.losses.append(self._loop.time())
        self.ledger.note("redis", "loses every record")
        for request_id in list(self.store.records):
            self.store.lose(request_id)

    def _look(self, request_id: UUID, by: Process, what: str) -> None:
        """Notes what the step changed, whatever it was."""
        record = self.store.records.get(request_id)
        if record is None:
            return
        seen = Transition(
            at=self._loop.time(),
            status=record.status,
            answer_saved=record.inference_result is not None,
            verdict_saved=record.judge_result is not None,
            row_existed=bool(self.ledger.rows[request_id]),
        )
        before = self.ledger.transitions[request_id]
        if not before or _facts(before[-1]) != _facts(seen) or self.ledger.lost_between(before[-1].at, seen.at):
            before.append(seen)
        saved = [
            name for name, is_saved in (("answer", seen.answer_saved), ("verdict", seen.verdict_saved)) if is_saved
        ]
        self.ledger.note(by.name, f"{what} {self.ledger.name(request_id)}: {record.status} {'+'.join(saved)}")


class Rows:
    def __init__(self, store: InMemoryHistory, ledger: Ledger) -> None:
        self.store = store
        self.ledger = ledger

    def record(self, record: EvaluationRecord, by: Process) -> EvaluationRecord:
        stored = at_once(self.store.record(record))
        name = self.ledger.name(record.request_id)
        if stored is record:
            self.ledger.rows[record.request_id].append(Row(asyncio.get_running_loop().time(), record))
            self.ledger.note(by.name, f"row {name}: {record.status} {record.failure.reason if record.failure else ''}")
        else:
            self.ledger.note(by.name, f"row {name} was there")
        return stored


def _facts(seen: Transition) -> tuple[object, ...]:
    return seen.status, seen.answer_saved, seen.verdict_saved
