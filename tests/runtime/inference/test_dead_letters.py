"""What the inference stage does with a damaged message, and with what its queue has given up."""

import pytest

from runtime.contracts.failures import FailureReason
from runtime.contracts.unavailable import Unavailable
from runtime.messaging.backoff import MAX_VISIBILITY_SECONDS
from runtime.messaging.worker import Done, Release
from tests.contract.evaluations import work
from tests.runtime.inference.bench import Bench
from tests.runtime.stages.setup import delivered


@pytest.mark.fault("F14")
async def test_a_damaged_message_that_tells_whose_it_is_fails_its_evaluation() -> None:
    bench = Bench()
    damaged = bench.message.model_dump_json().replace('"kid"', '"kidnapped"')
    assert await bench.handle(damaged) == Done()
    assert bench.published[0].failure.reason is FailureReason.INVALID_MESSAGE
    assert bench.published[0].identity == bench.identity


@pytest.mark.fault("F51")
async def test_a_dead_letter_fails_its_evaluation_without_a_call() -> None:
    bench = Bench()
    assert await bench.service.handle_dead_letter(delivered(bench.message, receive_count=21)) == Done()
    assert bench.published[0].failure.reason is FailureReason.DEAD_LETTER
    assert bench.model.asked == []


@pytest.mark.fault("F51")
async def test_a_dead_letter_whose_answer_was_saved_is_passed_on_after_all() -> None:
    bench = Bench()
    bench.publisher.down = True
    with pytest.raises(Unavailable):
        await bench.handle()
    bench.publisher.down = False
    assert await bench.service.handle_dead_letter(delivered(bench.message)) == Done()
    assert bench.published[0].inference_result.output == "Titan."


@pytest.mark.fault("F51")
async def test_a_dead_letter_of_a_running_call_waits_for_it() -> None:
    bench = Bench()
    bench.states.begin_now(work(bench.identity))
    assert isinstance(await bench.service.handle_dead_letter(delivered(bench.message)), Release)
    assert bench.published == []


@pytest.mark.fault("F51")
async def test_an_unreadable_dead_letter_stays_for_the_operator() -> None:
    bench = Bench()
    assert await bench.service.handle_dead_letter(delivered("not json")) == Release(MAX_VISIBILITY_SECONDS)
