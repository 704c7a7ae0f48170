"""Step 2 of 4 on fakes: what happens to one message of the inference queue."""

from datetime import timedelta
from uuid import UUID

import pytest

from config.limits import SNS_MESSAGE_BYTES, Limits
from config.topology import Provider, Stage
from runtime.contracts.evaluation import Candidate, Identity, Message
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.messages import (
    EvaluationRequested,
    InferenceCompleted,
    InferenceFailed,
)
from runtime.contracts.states import StateChange
from runtime.contracts.unavailable import Unavailable
from runtime.keys.ports import KeyExpired, KeyUnreadable
from runtime.messaging.encoding import encode_message
from runtime.messaging.worker import Done, Release
from runtime.providers.chat_model import ChatReply, ProviderError
from tests.contract.evaluations import identity, spec, work
from tests.fakes.flakiness import Flakiness
from tests.fakes.publisher import InMemoryPublisher
from tests.fakes.request_states import InMemoryRequestStates
from tests.fakes.scripted_model import ScriptedModel, reply
from tests.runtime.inference.bench import Bench
from tests.runtime.stages.setup import NOW, ScriptedOpener, sealed


async def test_the_candidates_answer_travels_to_the_judge_with_the_judges_key_only() -> None:
    bench = Bench()
    assert await bench.handle() == Done()
    (message,) = bench.published
    assert isinstance(message, InferenceCompleted)
    assert (message.inference_result.output, message.inference_result.source) == ("Titan.", "generated")
    assert message.judge_key == bench.message.judge_key
    assert "candidate_key" not in bench.publisher.published[0]
    assert bench.states.records[bench.identity.request_id].inference_result == message.inference_result
    assert bench.opener.bindings[0].request_id == bench.identity.request_id


@pytest.mark.parametrize(("model", "cost"), [("openai/gpt-x", (2 * 11 + 10 * 7) / 1e6), ("openai/unpriced", None)])
async def test_an_answer_costs_what_the_price_list_says(model: str, cost: float | None) -> None:
    of = identity(tenant="t", created_at=NOW, spec=spec(candidate=Candidate(model=model)))
    bench = Bench(identity=of)
    assert await bench.handle() == Done()
    assert bench.published[0].inference_result.cost_usd == pytest.approx(cost)


async def test_a_given_answer_passes_through_without_a_call() -> None:
    bench = Bench(model=ScriptedModel(), identity=identity(tenant="t", created_at=NOW, spec=spec(output="Rhea.")))
    assert await bench.handle() == Done()
    assert bench.published[0].inference_result.output == "Rhea."
    assert bench.published[0].inference_result.source == "provided"


async def test_a_duplicate_publishes_the_saved_answer_without_a_second_call() -> None:
    bench = Bench()
    await bench.handle()
    assert await bench.handle() == Done()
    assert len(bench.model.asked) == 1
    assert bench.published[0].inference_result == bench.published[1].inference_result


@pytest.mark.parametrize("status", [Status.JUDGE, Status.COMPLETED, Status.FAILED])
async def test_a_late_message_of_a_request_that_went_on_is_dropped(status: Status) -> None:
    bench = Bench()
    await bench.states.advance(StateChange(identity=bench.identity, to=status))
    assert await bench.handle() == Done()
    assert (bench.model.asked, bench.published) == ([], [])


@pytest.mark.parametrize(
    "reason",
    [
        FailureReason.AUTH,
        FailureReason.QUOTA,
        FailureReason.MODEL_NOT_FOUND,
        FailureReason.REJECTED,
        FailureReason.BLOCKED,
        FailureReason.REFUSED,
    ],
)
async def test_what_no_retry_can_mend_fails_after_one_call(reason: FailureReason) -> None:
    bench = Bench(model=ScriptedModel(ProviderError(reason)))
    assert await bench.handle() == Done()
    (message,) = bench.published
    assert isinstance(message, InferenceFailed)
    assert (message.failure.stage, message.failure.reason) == (Stage.INFERENCE, reason)


async def test_a_transient_failure_is_tried_as_often_as_allowed_and_then_fails() -> None:
    bench = Bench(model=ScriptedModel(*[ProviderError(FailureReason.TRANSIENT)] * 4))
    outcomes = [await bench.handle() for _ in range(4)]
    assert [type(outcome) for outcome in outcomes] == [Release, Release, Release, Done]
    delays = [outcome.after_seconds for outcome in outcomes if isinstance(outcome, Release)]
    assert delays == sorted(delays)
    assert bench.published[0].failure.reason is FailureReason.TRANSIENT


async def test_a_timeout_may_have_been_charged_and_is_tried_only_once_more() -> None:
    bench = Bench(model=ScriptedModel(*[ProviderError(FailureReason.TIMEOUT)] * 2))
    assert isinstance(await bench.handle(), Release)
    assert await bench.handle() == Done()
    assert bench.published[0].failure.reason is FailureReason.TIMEOUT


async def test_a_throttled_call_waits_for_the_providers_time_and_costs_no_attempt() -> None:
    throttled = ProviderError(FailureReason.THROTTLED, retry_after_seconds=17)
    bench = Bench(model=ScriptedModel(*[throttled] * 9, "Titan."))
    for _ in range(9):
        released = await bench.handle()
        assert isinstance(released, Release)
        assert released.after_seconds >= 17
        assert bench.attempts == 0
        bench.seconds += released.after_seconds
    assert await bench.handle() == Done()
    assert bench.published[0].inference_result.output == "Titan."


async def test_a_call_before_its_slot_is_not_made_and_holds_neither_attempt_nor_lease() -> None:
    throttled = ProviderError(FailureReason.THROTTLED, retry_after_seconds=17)
    bench = Bench(model=ScriptedModel(throttled, "Titan."))
    await bench.handle()
    assert await bench.handle(receive_count=9) == Release(after_seconds=17)
    assert (len(bench.model.asked), bench.attempts) == (1, 0)
    bench.seconds = 17.5
    assert await bench.handle() == Done()
    assert (len(bench.model.asked), bench.attempts) == (2, 1)


async def test_without_the_pace_no_call_starts_and_no_attempt_is_spent() -> None:
    bench = Bench()
    bench.pacing.flakiness = Flakiness(what="redis-service", share=2)
    with pytest.raises(Unavailable):
        await bench.handle()
    assert (bench.model.asked, bench.attempts) == ([], 0)


async def test_a_provider_that_asks_for_more_time_than_is_left_fails_now() -> None:
    bench = Bench(model=ScriptedModel(ProviderError(FailureReason.THROTTLED, retry_after_seconds=7200)))
    assert await bench.handle() == Done()
    assert bench.published[0].failure.reason is FailureReason.THROTTLED


async def test_past_its_deadline_a_request_fails_without_a_call() -> None:
    late = identity(tenant="t", created_at=NOW - timedelta(hours=2))
    bench = Bench(identity=late)
    assert await bench.handle() == Done()
    assert bench.published[0].failure.reason is FailureReason.DEADLINE
    assert bench.model.asked == []


async def test_attempts_that_died_without_a_word_count() -> None:
    bench = Bench()
    bench.states.read_clock = lambda: bench.seconds
    for died in range(4):
        await bench.states.begin(work(bench.identity, UUID(int=died)))
        bench.seconds += 61
    assert await bench.handle() == Done()
    assert bench.published[0].failure.reason is FailureReason.TRANSIENT
    assert bench.model.asked == []


@pytest.mark.fault("F52")
@pytest.mark.parametrize(
    ("error", "reason"),
    [(KeyExpired(), FailureReason.KEY_EXPIRED), (KeyUnreadable(), FailureReason.KEY_UNREADABLE)],
)
async def test_a_key_that_cannot_be_opened_fails_without_a_call(error: Exception, reason: FailureReason) -> None:
    bench = Bench(opener=ScriptedOpener(error))
    assert await bench.handle() == Done()
    assert bench.published[0].failure.reason is reason
    assert bench.model.asked == []


async def test_a_key_of_another_provider_than_the_models_is_never_sent_to_it() -> None:
    bench = Bench(candidate_key=sealed(Stage.INFERENCE, Provider.GOOGLE))
    assert await bench.handle() == Done()
    assert bench.published[0].failure.reason is FailureReason.KEY_UNREADABLE
    assert (bench.model.asked, bench.opener.bindings) == ([], [])


@pytest.mark.fault("F24")
async def test_a_state_that_is_away_before_the_call_means_no_call() -> None:
    bench = Bench(states=InMemoryRequestStates(flaky=2.0))
    with pytest.raises(Unavailable):
        await bench.handle()
    assert bench.model.asked == []


async def test_a_state_that_is_lost_after_the_call_costs_nothing_as_the_answer_travels_on() -> None:
    bench = Bench()

    async def lose_redis_during_the_call(_: object) -> ChatReply:
        bench.states.flakiness = InMemoryRequestStates(flaky=2.0).flakiness
        return reply("Titan.")

    bench.model = ScriptedModel(lose_redis_during_the_call)
    assert await bench.handle() == Done()
    assert bench.published[0].inference_result.output == "Titan."


async def test_a_topic_that_is_away_leaves_the_answer_saved_and_the_message_in_the_queue() -> None:
    bench = Bench()
    bench.publisher.down = True
    with pytest.raises(Unavailable):
        await bench.handle()
    bench.publisher.down = False
    assert await bench.handle() == Done()
    assert len(bench.model.asked) == 1
    assert bench.published[0].inference_result.output == "Titan."


@pytest.mark.fault("F45")
async def test_an_answer_too_long_to_be_judged_fails_instead_of_being_cut() -> None:
    bench = Bench(model=ScriptedModel("x" * 200), limits=Limits(max_output_chars=100))
    assert await bench.handle() == Done()
    assert bench.published[0].failure.reason is FailureReason.OUTPUT_TOO_LARGE


async def test_an_answer_that_fits_but_not_as_encoded_fails_too() -> None:
    bench = Bench(model=ScriptedModel("\u2603" * 3000), limits=Limits(max_message_bytes=16_000))
    assert await bench.handle() == Done()
    assert bench.published[0].failure.reason is FailureReason.OUTPUT_TOO_LARGE


def _requested(of: Identity) -> str:
    return encode_message(EvaluationRequested(identity=of), max_bytes=SNS_MESSAGE_BYTES)


def _long_request(encoded_bytes: int) -> Identity:
    of = identity(tenant="t", created_at=NOW, spec=spec(input=(Message(role="user", content="x"),)))
    text = "x" * (encoded_bytes - len(_requested(of)) + 1)
    return of.model_copy(update={"spec": spec(input=(Message(role="user", content=text),))})


@pytest.mark.parametrize("limit_by_now", [Limits().max_message_bytes, 16_000])
async def test_what_was_accepted_at_the_limit_without_a_key_can_still_fail(limit_by_now: int) -> None:
    of = _long_request(Limits().max_message_bytes)
    bench = Bench(identity=of, limits=Limits(max_message_bytes=limit_by_now))
    assert await bench.handle(_requested(of)) == Done()
    assert (bench.published[0].identity, bench.published[0].failure.reason) == (of, FailureReason.AUTH)


@pytest.mark.parametrize("reason", FailureReason)
def test_a_failure_fits_where_its_request_did(reason: FailureReason) -> None:
    of = _long_request(Limits().max_message_bytes)
    failed = InferenceFailed(identity=of, failure=failure(reason, Stage.INFERENCE))
    assert encode_message(failed, max_bytes=SNS_MESSAGE_BYTES)


async def test_a_truncated_answer_is_judged_and_marked() -> None:
    bench = Bench(model=ScriptedModel(reply("Tit", truncated=True)))
    assert await bench.handle() == Done()
    assert bench.published[0].inference_result.truncated


@pytest.mark.parametrize("body", ["", "not json", "{}", '{"type":"evaluation_requested","version":2}', "[" * 10_000])
async def test_a_message_that_cannot_be_read_is_left_for_the_dead_letter_queue(body: str) -> None:
    bench = Bench()
    assert isinstance(await bench.handle(body), Release)
    assert bench.published == []


@pytest.mark.parametrize(("states", "publisher"), [(0.3, 0), (0, 0.3)])
@pytest.mark.parametrize("seed", range(20))
async def test_through_a_flaky_dependency_every_request_is_passed_on_and_asked_once(
    states: float, publisher: float, seed: int
) -> None:
    bench = Bench(
        states=InMemoryRequestStates(flaky=states, seed=seed), publisher=InMemoryPublisher(flaky=publisher, seed=seed)
    )
    for _ in range(50):
        try:
            match await bench.handle():
                case Done():
                    break
                case Release(seconds):
                    bench.seconds += seconds
        except Unavailable:
            continue
    assert {message.inference_result.output for message in bench.published} == {"Titan."}
    assert len(bench.model.asked) == 1
