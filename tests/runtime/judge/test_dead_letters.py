"""What the judge stage does with a damaged message, a failure beside an answer, and what its queue has given up."""

import pytest

from config.topology import Stage
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.messages import InferenceFailed
from runtime.contracts.unavailable import Unavailable
from runtime.messaging.worker import Done
from tests.contract.evaluations import verdict
from tests.fakes.history import InMemoryHistory
from tests.runtime.judge.bench import Bench
from tests.runtime.stages.setup import delivered


@pytest.mark.fault("F14")
async def test_a_damaged_message_that_tells_whose_it_is_fails_its_evaluation() -> None:
    bench = Bench()
    assert await bench.handle(bench.message.model_dump_json().replace('"inference_result"', '"inference"')) == Done()
    assert bench.row.failure == failure(FailureReason.INVALID_MESSAGE, Stage.JUDGE)
    assert bench.state.status is Status.FAILED


@pytest.mark.fault("F51")
async def test_a_dead_letter_ends_with_a_row_and_without_a_call_and_its_redrive_changes_nothing() -> None:
    bench = Bench()
    assert await bench.service.handle_dead_letter(delivered(bench.message, receive_count=21)) == Done()
    assert bench.row.failure == failure(FailureReason.DEAD_LETTER, Stage.JUDGE)
    assert bench.state.status is Status.FAILED
    assert await bench.handle() == Done()
    assert (bench.judge.tasks, bench.history.writes) == ([], 1)


@pytest.mark.fault("F51")
async def test_a_dead_letter_whose_verdict_was_saved_ends_scored() -> None:
    bench = Bench()
    bench.history.flakiness = InMemoryHistory(flaky=2.0).flakiness
    with pytest.raises(Unavailable):
        await bench.handle()
    bench.history.flakiness = InMemoryHistory().flakiness
    assert await bench.service.handle_dead_letter(delivered(bench.message, receive_count=21)) == Done()
    assert bench.row.judge_result == verdict(0.85)


async def test_a_failed_inference_never_replaces_an_answer_that_came_as_well() -> None:
    bench = Bench()
    bench.history.flakiness = InMemoryHistory(flaky=2.0).flakiness
    with pytest.raises(Unavailable):
        await bench.handle()
    bench.history.flakiness = InMemoryHistory().flakiness
    failed_too = InferenceFailed(identity=bench.identity, failure=failure(FailureReason.TIMEOUT, Stage.INFERENCE))
    assert await bench.handle(failed_too.model_dump_json()) == Done()
    assert bench.history.rows == {}
    assert await bench.handle() == Done()
    assert bench.row.status is Status.COMPLETED
