"""A checker that finds nothing proves nothing: each promise is broken here by hand."""

from typing import Any
from uuid import uuid4

import pytest

from config.limits import Limits
from config.topology import Stage
from runtime.contracts.failures import FailureReason
from runtime.contracts.lifecycle import Status
from tests.contract.evaluations import answer, completed, identity, verdict
from tests.simulation.checker import check
from tests.simulation.ledger import Call, Ledger, Row, Transition
from tests.simulation.process import Process
from tests.simulation.setup import on_virtual_time

ID = uuid4()
LIMITS = Limits()
SAVED = {"answer_saved": True, "verdict_saved": True}


def process(name: str = "worker.1") -> Process:
    async def made() -> Process:
        return Process(name)

    return on_virtual_time(made)


def row(**changes: Any) -> Row:
    judged = verdict().model_copy(update={"rationale": answer().output})
    record = completed(identity(tenant="t", request_id=ID)).model_copy(update={"judge_result": judged} | changes)
    return Row(at=50, record=record)


def seen(at: float, status: Status, *, row_existed: bool = False, **saved: bool) -> Transition:
    facts = {"answer_saved": False, "verdict_saved": False} | saved
    return Transition(at=at, status=status, row_existed=row_existed, **facts)


def call(begin: float, end: float, result: str = "answered", *, number: int = 1, by: Process | None = None) -> Call:
    stage = Stage.INFERENCE
    return Call(ID, stage, by or process(), granted_at=begin, start=begin, number=number, end=end, result=result)


def good() -> Ledger:
    """One evaluation from its acceptance to its end."""
    ledger = Ledger()
    ledger.accepted[ID], ledger.deadlines[ID] = 1.0, 3600.0
    ledger.transitions[ID] = [
        seen(1, Status.GATEWAY),
        seen(2, Status.INFERENCE),
        seen(20, Status.INFERENCE, answer_saved=True),
        seen(60, Status.COMPLETED, row_existed=True, **SAVED),
    ]
    ledger.rows[ID] = [row()]
    ledger.calls[ID, Stage.INFERENCE] = [call(3, 19)]
    return ledger


def broken(ledger: Ledger) -> set[str]:
    return {violation.invariant for violation in check(ledger, LIMITS)}


def test_a_good_run_breaks_nothing() -> None:
    assert broken(good()) == set()


def test_an_accepted_evaluation_without_an_end_is_lost() -> None:
    ledger = good()
    ledger.rows.clear()
    ledger.transitions[ID].pop()
    assert broken(ledger) == {"I1", "I2"}


def test_an_end_long_after_the_deadline_is_one_too_late() -> None:
    ledger = good()
    ledger.deadlines[ID] = -10_000.0
    assert "I1" in broken(ledger)


def test_a_request_that_stays_open_is_lost_though_nobody_was_promised_it() -> None:
    ledger = good()
    ledger.open_at_the_end.add(uuid4())
    assert broken(ledger) == {"I1"}


def test_a_second_row_counts_twice() -> None:
    ledger = good()
    ledger.rows[ID].append(row())
    assert broken(ledger) == {"I2"}


def test_a_verdict_belongs_to_the_answer_of_its_row() -> None:
    ledger = good()
    ledger.rows[ID] = [row(inference_result=answer("another"))]
    assert broken(ledger) == {"I2"}


def test_the_state_ends_as_the_row_says() -> None:
    ledger = good()
    ledger.transitions[ID][-1] = seen(60, Status.FAILED, row_existed=True, **SAVED)
    assert broken(ledger) == {"I2"}


def test_one_idempotency_key_is_one_evaluation_while_redis_keeps_its_claim() -> None:
    ledger = good()
    ledger.accepted_by_key["key"] = {ID, uuid4()}
    assert broken(ledger) == {"I2"}
    ledger.losses.append(70)
    assert broken(ledger) == set()


@pytest.mark.parametrize("after", [seen(70, Status.INFERENCE, **SAVED), seen(70, Status.FAILED, **SAVED)])
def test_a_state_never_goes_back_and_an_end_never_changes(after: Transition) -> None:
    ledger = good()
    ledger.transitions[ID].append(after)
    assert "I3" in broken(ledger)


def test_a_state_may_begin_anew_once_redis_has_lost_it() -> None:
    ledger = good()
    ledger.losses.append(65)
    ledger.transitions[ID].append(seen(70, Status.JUDGE, answer_saved=True))
    assert broken(ledger) == set()


def test_completed_before_the_row_is_not_durable() -> None:
    ledger = good()
    ledger.transitions[ID][-1] = seen(60, Status.COMPLETED, **SAVED)
    assert broken(ledger) == {"I4"}


def test_two_calls_at_once_are_one_too_many() -> None:
    ledger = good()
    ledger.calls[ID, Stage.INFERENCE] = [call(3, 19), call(10, 15, FailureReason.TRANSIENT, number=2)]
    assert broken(ledger) == {"I5"}


def test_a_call_after_a_saved_result_is_one_too_many() -> None:
    ledger = good()
    ledger.calls[ID, Stage.INFERENCE] = [call(3, 19, "caller died"), call(30, 40, number=2)]
    assert broken(ledger) == {"I5"}


def test_a_call_after_an_answer_needs_a_reason() -> None:
    ledger = good()
    ledger.transitions[ID][2] = seen(45, Status.INFERENCE, answer_saved=True)
    worker = process()
    ledger.calls[ID, Stage.INFERENCE] = [call(3, 19, by=worker), call(30, 40, number=2)]
    assert broken(ledger) == {"I5"}
    worker.died_at = 20
    assert broken(ledger) == set()
    assert ledger.extra_calls == {"the process died before it saved the answer": 1}


def test_more_calls_than_attempts_are_too_many_but_a_throttled_one_is_free() -> None:
    ledger = good()
    ledger.transitions[ID][2] = seen(45, Status.INFERENCE, answer_saved=True)

    def calls(result: str) -> list[Call]:
        return [call(n, n + 0.5, result, number=n) for n in range(3, 4 + LIMITS.max_attempts_per_stage)]

    ledger.calls[ID, Stage.INFERENCE] = calls(FailureReason.THROTTLED)
    assert broken(ledger) == set()
    ledger.calls[ID, Stage.INFERENCE] = calls(FailureReason.TRANSIENT)
    assert broken(ledger) == {"I9"}


def test_a_call_after_the_deadline_is_unbounded_work() -> None:
    ledger = good()
    ledger.deadlines[ID] = -100.0
    assert broken(ledger) == {"I9"}


def test_a_message_that_is_left_over_has_not_drained() -> None:
    ledger = good()
    ledger.left_in_queues["judge"] = 1
    assert broken(ledger) == {"I10"}


def test_an_exception_that_nobody_foresaw_is_an_error() -> None:
    ledger = good()
    ledger.errors.append("handler_failed: KeyError")
    assert broken(ledger) == {"error"}
