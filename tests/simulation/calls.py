"""I5 and I9: which provider calls were too many, and which extra ones are allowed and why."""

from collections.abc import Iterator
from itertools import pairwise
from uuid import UUID

from config.limits import Limits
from config.topology import Stage
from runtime.contracts.failures import FailureReason
from runtime.contracts.lifecycle import RANK, Status
from tests.simulation.ledger import Call, Ledger
from tests.simulation.violation import Violation

STATUS_OF = {Stage.INFERENCE: Status.INFERENCE, Stage.JUDGE: Status.JUDGE}
START_SECONDS = 60.0
"""Between a look at the clock and the call's start: the replies of two slow services."""


def check_calls(ledger: Ledger, limits: Limits) -> Iterator[Violation]:
    for (request_id, stage), calls in ledger.calls.items():
        for index, call in enumerate(calls):
            before = calls[:index]
            yield from _one_at_a_time(ledger, call, before)
            if _was_saved(ledger, call):
                yield Violation("I5", request_id, f"{stage} call {call.number} although a result was saved")
            else:
                yield from _extra(ledger, call, before)
            late = call.start > ledger.deadlines[request_id] + START_SECONDS
            if late and not call.process.was_frozen(call.granted_at, call.start):
                yield Violation("I9", request_id, f"{stage} call {call.number} after the deadline")
        yield from _bounded(ledger, request_id, stage, calls, limits)


def _one_at_a_time(ledger: Ledger, call: Call, before: list[Call]) -> Iterator[Violation]:
    for other in before:
        if other.end > call.start:
            if ledger.lost_between(min(other.granted_at, call.granted_at), call.start):
                ledger.extra_calls["at once with one whose lease Redis lost"] += 1
            else:
                what = f"{call.stage} calls {other.number} and {call.number} at once"
                yield Violation("I5", call.request_id, what)


def _was_saved(ledger: Ledger, call: Call) -> bool:
    """A result was there when the states let the call begin, and Redis has not lost it since; or the judge's row."""
    if call.stage is Stage.JUDGE and any(row.at < call.granted_at for row in ledger.rows[call.request_id]):
        return True
    last = None
    for seen in ledger.transitions[call.request_id]:
        if seen.at < call.granted_at:
            last = seen
    if last is None or ledger.lost_between(last.at, call.granted_at):
        return False
    if call.stage is Stage.INFERENCE:
        return last.answer_saved or RANK[last.status] > RANK[Status.INFERENCE]
    return last.verdict_saved or RANK[last.status] > RANK[Status.JUDGE]


def _extra(ledger: Ledger, call: Call, before: list[Call]) -> Iterator[Violation]:
    """A call after another was answered: paid for twice, and only allowed where nobody could keep the answer."""
    for other in before:
        if other.answered and other.end <= call.start:
            why = _excuse(ledger, other, call)
            if why is None:
                what = f"{call.stage} call {call.number} although call {other.number} was answered"
                yield Violation("I5", call.request_id, what)
            else:
                ledger.extra_calls[why] += 1


def _excuse(ledger: Ledger, other: Call, call: Call) -> str | None:
    worker = other.process
    if ledger.lost_between(min(other.granted_at, call.granted_at), call.start):
        return "Redis lost the record"
    if worker.had_died(by=call.start):
        return "the process died before it saved the answer"
    if worker.was_frozen(other.granted_at, call.start):
        return "the process was frozen before it saved the answer"
    if (other.request_id, worker.name) in ledger.unsaved:
        return "the states were away when the answer was to be saved"
    return None


def _bounded(ledger: Ledger, request_id: UUID, stage: Stage, calls: list[Call], limits: Limits) -> Iterator[Violation]:
    """I9, for as long as Redis keeps the count; a throttled call costs no attempt."""
    edges = [0.0, *ledger.losses, float("inf")]
    for begin, end in pairwise(edges):
        counted = [call for call in calls if begin <= call.granted_at < end and call.result != FailureReason.THROTTLED]
        if len(counted) > limits.max_attempts_per_stage:
            yield Violation("I9", request_id, f"{len(counted)} {stage} calls")
