"""Asserts the invariants over what happened in one run. Each function is one promise; none knows how it is kept."""

from collections.abc import Iterator
from itertools import pairwise
from uuid import UUID

from config.limits import Limits
from runtime.contracts.lifecycle import RANK, Status, is_terminal
from tests.simulation.calls import check_calls
from tests.simulation.ledger import Ledger, Transition
from tests.simulation.violation import Violation
from tests.simulation.world import SLACK_SECONDS


def check(ledger: Ledger, limits: Limits) -> list[Violation]:
    """All violations; the extra calls that are allowed are only counted, in `ledger.extra_calls`."""
    return [
        *(Violation("error", None, error) for error in ledger.errors),
        *_ends(ledger),
        *_rows(ledger),
        *_agreed(ledger),
        *_monotonic(ledger),
        *_durable(ledger),
        *check_calls(ledger, limits),
        *_patient(ledger),
        *_drained(ledger),
    ]


def _ends(ledger: Ledger) -> Iterator[Violation]:
    """I1: every accepted evaluation ends, in time.

    One that was never accepted must not stay open either; after a loss a late call may leave a record for some days.
    """
    for request_id in ledger.accepted:
        ended_at = _ended_at(ledger, request_id)
        if ended_at is None:
            yield Violation("I1", request_id, "accepted, and never ended")
        elif ended_at > ledger.deadlines[request_id] + SLACK_SECONDS:
            yield Violation("I1", request_id, "ended long after its deadline")
    for request_id in ledger.open_at_the_end:
        if request_id not in ledger.accepted and not ledger.rows[request_id] and not ledger.losses:
            yield Violation("I1", request_id, "never accepted, and open for ever")


def _ended_at(ledger: Ledger, request_id: UUID) -> float | None:
    """When a caller could first see its end, in the states or in the history."""
    ends = [seen.at for seen in ledger.transitions[request_id] if is_terminal(seen.status)]
    ends += [row.at for row in ledger.rows[request_id]]
    return min(ends, default=None)


def _rows(ledger: Ledger) -> Iterator[Violation]:
    """I2: one row, of one run; one evaluation for one Idempotency-Key."""
    for request_id, rows in ledger.rows.items():
        if len(rows) > 1:
            yield Violation("I2", request_id, f"{len(rows)} rows")
        for row in rows:
            answer, verdict = row.record.inference_result, row.record.judge_result
            if verdict is not None and (answer is None or verdict.rationale != answer.output):
                yield Violation("I2", request_id, "the row's verdict is on another answer than the row's")
    for request_id in ledger.accepted:
        if not ledger.rows[request_id]:
            yield Violation("I2", request_id, "accepted, and has no row")
    for key, accepted in ledger.accepted_by_key.items():
        if len(accepted) > 1 and not ledger.losses:
            yield Violation("I2", None, f"{key} was accepted {len(accepted)} times")


def _agreed(ledger: Ledger) -> Iterator[Violation]:
    """I2: the state ends as the row says.

    A request that was refused although its message went out may first be FAILED; then nobody was promised an end.
    """
    for request_id, rows in ledger.rows.items():
        for seen in ledger.transitions[request_id]:
            promised = request_id in ledger.accepted and not ledger.lost_between(seen.at, float("inf"))
            counts = is_terminal(seen.status) and (seen.row_existed or promised)
            if rows and counts and seen.status is not rows[-1].record.status:
                yield Violation("I2", request_id, f"the state is {seen.status}, the row {rows[-1].record.status}")
    for request_id, status in ledger.read_at_the_end.items():
        if ledger.rows[request_id] and not is_terminal(status):
            yield Violation("I2", request_id, f"has its row, and is read as {status} for as long as Redis keeps it")


def _monotonic(ledger: Ledger) -> Iterator[Violation]:
    """I3, as long as Redis keeps the record."""
    for request_id, before, after in _steps(ledger):
        if is_terminal(before.status) and after.status is not before.status:
            yield Violation("I3", request_id, f"{before.status} became {after.status}")
        elif RANK[after.status] < RANK[before.status]:
            yield Violation("I3", request_id, f"{before.status} went back to {after.status}")


def _steps(ledger: Ledger) -> Iterator[tuple[UUID, Transition, Transition]]:
    for request_id, seen in ledger.transitions.items():
        for before, after in pairwise(seen):
            if not ledger.lost_between(before.at, after.at):
                yield request_id, before, after


def _durable(ledger: Ledger) -> Iterator[Violation]:
    """I4."""
    for request_id, transitions in ledger.transitions.items():
        if any(seen.status is Status.COMPLETED and not seen.row_existed for seen in transitions):
            yield Violation("I4", request_id, "COMPLETED before its row was there")


def _patient(ledger: Ledger) -> Iterator[Violation]:
    """The dead-letter queue is an alarm for bugs: waiting, for whatever it may be, brings no message there."""
    for message in ledger.dead_letters:
        yield Violation("DLQ", None, f"{message} was given up")


def _drained(ledger: Ledger) -> Iterator[Violation]:
    """I10."""
    for name, left in ledger.left_in_queues.items():
        yield Violation("I10", None, f"{left} messages are left in the {name} queue")
