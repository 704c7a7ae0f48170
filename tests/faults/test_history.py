"""The checker finds each violation that is planted, and nothing in a history where all is well."""

from dataclasses import replace

import pytest

from config.topology import Stage
from runtime.contracts.lifecycle import Status
from tests.faults.history import Accepted, Call, History, Row, Seen, extra_calls, violations

ONE, CASE = "11111111-0000-4000-8000-000000000000", "case-1"
GOOD = History(
    accepted={ONE: Accepted(CASE, deadline=100, keys={Stage.INFERENCE: "1a", Stage.JUDGE: "2b"})},
    seen={
        ONE: (
            Seen(1, Status.GATEWAY, row_there=False),
            Seen(3, Status.JUDGE, row_there=False),
            Seen(6, Status.COMPLETED, row_there=True),
            Seen(7, Status.COMPLETED, row_there=True),
        )
    },
    rows=(Row(ONE, Status.COMPLETED, 0.5, {Stage.INFERENCE: 1, Stage.JUDGE: 1}, "acme", f"Why? {CASE}"),),
    records={ONE: Status.COMPLETED},
    calls=(Call(CASE, Stage.INFERENCE, 1.5, 2, "1a"), Call(CASE, Stage.JUDGE, 4, 5, "2b")),
    queues={"inference-queue": 0, "judge-queue-dlq": 0},
    max_attempts=4,
    tenant="acme",
    settings={"judge-service": "7", "gateway-service": "7"},
)
ROW = GOOD.rows[0]


def seen(*statuses: Status, at: float = 5, row_there: bool = True) -> dict[str, tuple[Seen, ...]]:
    return {ONE: tuple(Seen(at + step, status, row_there=row_there) for step, status in enumerate(statuses))}


PLANTED = [
    ("I1", "never ended", replace(GOOD, seen=seen(Status.GATEWAY, Status.JUDGE))),
    ("I1", "never polled", replace(GOOD, seen={})),
    ("I1", "too late", replace(GOOD, seen=seen(Status.COMPLETED, at=101))),
    ("I1", "open in Redis", replace(GOOD, records={ONE: Status.JUDGE})),
    ("I2", "no row", replace(GOOD, rows=())),
    ("I2", "two rows", replace(GOOD, rows=(ROW, ROW))),
    ("I2", "completed without a score", replace(GOOD, rows=(replace(ROW, score=None),))),
    ("I2", "a score of a failure", replace(GOOD, rows=(replace(ROW, status=Status.FAILED),), records={})),
    ("I2", "Redis says otherwise", replace(GOOD, records={ONE: Status.FAILED})),
    ("I3", "a step back", replace(GOOD, seen=seen(Status.JUDGE, Status.INFERENCE, Status.COMPLETED))),
    ("I3", "a second end", replace(GOOD, seen=seen(Status.COMPLETED, Status.FAILED))),
    ("I4", "seen before the row", replace(GOOD, seen=seen(Status.COMPLETED, row_there=False))),
    ("I5", "one call more", replace(GOOD, calls=(*GOOD.calls, Call(CASE, Stage.INFERENCE, 2.1, 2.5, "1a")))),
    (
        "I5",
        "two at once",
        replace(GOOD, calls=(*GOOD.calls, Call(CASE, Stage.INFERENCE, 1.9, 2.5, "1a")), extra_calls={CASE: 1}),
    ),
    (
        "I5",
        "after the result",
        replace(GOOD, calls=(*GOOD.calls, Call(CASE, Stage.INFERENCE, 3.5, 3.6, "1a")), extra_calls={CASE: 1}),
    ),
    ("I5", "after the end", replace(GOOD, calls=(Call(CASE, Stage.JUDGE, 6.5, 6.6, "2b"),))),
    ("I6", "a key at rest", replace(GOOD, leaks=("the log of judge-service",))),
    ("I7", "the other stage's key", replace(GOOD, calls=(Call(CASE, Stage.INFERENCE, 1.5, 2, "2b"),))),
    ("I8", "another tenant's row", replace(GOOD, rows=(replace(ROW, tenant="globex"),))),
    ("I8", "another request's row", replace(GOOD, rows=(replace(ROW, request="Why? case-2"),))),
    ("I9", "five attempts", replace(GOOD, rows=(replace(ROW, attempts={Stage.JUDGE: 5}),))),
    ("I10", "a message left", replace(GOOD, queues={"judge-queue": 1})),
    ("I11", "two versions", replace(GOOD, settings={"judge-service": "7", "gateway-service": "6"})),
]


def test_a_good_history_has_no_violation() -> None:
    assert violations(GOOD) == []


@pytest.mark.parametrize(
    ("invariant", "history"), [(row[0], row[2]) for row in PLANTED], ids=[f"{row[0]} {row[1]}" for row in PLANTED]
)
def test_a_planted_violation_is_found_and_named(invariant: str, history: History) -> None:
    found = violations(history)
    assert found
    assert {text.split()[0] for text in found} == {invariant}


def test_a_call_that_a_fault_explains_is_counted_and_no_violation() -> None:
    cut_off = replace(GOOD, calls=(Call(CASE, Stage.INFERENCE, 1, 1.2, "1a"), *GOOD.calls), extra_calls={CASE: 1})
    assert violations(cut_off) == []
    assert extra_calls(cut_off) == 1
    assert extra_calls(GOOD) == 0
