"""Step 1 of 4 on fakes: what the gateway does with one submitted request."""

from datetime import timedelta

import pytest

from config.limits import Limits
from config.runtime_document import DefaultModels
from config.tenant import TenantLimits
from config.topology import Provider, Stage
from runtime.contracts.lifecycle import Status
from runtime.gateway.provider_keys import read_keys
from runtime.keys.ports import KeyBinding
from runtime.kit.problems import Problem
from tests.contract.evaluations import completed
from tests.fakes.publisher import InMemoryPublisher
from tests.runtime.gateway.accept_bench import GOOGLE_KEY, HOSTED, KEYS, NOW, OPENAI_KEY, Bench


async def test_an_accepted_request_has_a_state_and_one_message() -> None:
    bench = Bench()
    accepted = await bench.accept({"input": "hi"})
    (message,) = bench.published
    assert message.identity.request_id == accepted.request_id
    assert message.identity.deadline_at == NOW + timedelta(seconds=bench.limits.evaluation_deadline_seconds)
    record = bench.states.records[accepted.request_id]
    assert (record.status, record.tenant) == (Status.GATEWAY, "t")


async def test_each_key_is_sealed_for_the_stage_that_needs_it_and_travels_in_no_other_form() -> None:
    bench = Bench()
    accepted = await bench.accept(HOSTED, keys=KEYS)
    binding = KeyBinding(request_id=accepted.request_id, tenant="t")
    assert sorted(bench.sealer.sealed) == [
        (GOOGLE_KEY, Stage.JUDGE, Provider.GOOGLE, binding),
        (OPENAI_KEY, Stage.INFERENCE, Provider.OPENAI, binding),
    ]
    message = bench.publisher.published[0]
    assert OPENAI_KEY not in message
    assert GOOGLE_KEY not in message
    assert not any(key in record.model_dump_json() for record in bench.states.records.values() for key in (OPENAI_KEY,))


async def test_a_key_that_no_stage_needs_is_not_even_sealed() -> None:
    bench = Bench()
    await bench.accept({"input": "hi", "output": "ho"}, keys=KEYS)
    assert bench.sealer.sealed == []
    assert bench.published[0].candidate_key is None


async def test_missing_keys_are_all_named_at_once_and_nothing_is_started() -> None:
    bench = Bench()
    with pytest.raises(Problem) as caught:
        await bench.accept(HOSTED)
    assert {error.pointer for error in caught.value.body.errors} == {
        "header:X-OpenAI-Api-Key",
        "header:X-Google-Api-Key",
    }
    assert (bench.states.records, bench.published) == ({}, [])


def test_a_header_that_cannot_be_a_key_is_refused_without_showing_it() -> None:
    with pytest.raises(Problem) as caught:
        read_keys({"X-OpenAI-Api-Key": "sk two words"})
    assert caught.value.body.code == "invalid_provider_key"
    assert "two words" not in caught.value.body.model_dump_json()


@pytest.mark.fault("F1")
async def test_the_same_key_and_body_is_the_same_evaluation_and_one_message() -> None:
    bench = Bench()
    first = await bench.accept({"input": "hi"}, idempotency_key="a")
    again = await bench.accept({"input": "hi"}, idempotency_key="a")
    assert (again.request_id, again.replayed) == (first.request_id, True)
    assert len(bench.published) == 1


@pytest.mark.fault("F1")
@pytest.mark.parametrize("lost", [False, True])
async def test_a_default_that_has_moved_meanwhile_makes_no_other_body(lost: bool) -> None:
    bench = Bench()
    first = await bench.accept({"input": "hi"}, idempotency_key="a", keys=KEYS)
    if lost:
        await bench.history.record(completed(bench.states.records[first.request_id].identity))
        bench.states.lose(first.request_id)
    bench.default_models = DefaultModels(candidate="local/small", judge="google/y")
    again = await bench.accept({"input": "hi"}, idempotency_key="a", keys=KEYS)
    assert (again.request_id, again.replayed) == (first.request_id, True)
    assert len(bench.published) == 1


@pytest.mark.fault("F2")
async def test_the_same_key_with_another_body_is_refused() -> None:
    bench = Bench()
    await bench.accept({"input": "hi"}, idempotency_key="a")
    with pytest.raises(Problem) as caught:
        await bench.accept({"input": "ho"}, idempotency_key="a")
    assert (caught.value.body.status, caught.value.body.code) == (422, "idempotency_key_reused")
    assert len(bench.published) == 1


@pytest.mark.fault("F3")
async def test_the_same_key_of_another_tenant_is_another_evaluation() -> None:
    bench = Bench()
    first = await bench.accept({"input": "hi"}, idempotency_key="a", tenant="one")
    second = await bench.accept({"input": "hi"}, idempotency_key="a", tenant="two")
    assert first.request_id != second.request_id
    assert len(bench.published) == 2


@pytest.mark.fault("F44")
async def test_a_given_answer_that_would_not_fit_on_its_way_to_the_judge_is_refused_before_any_state() -> None:
    bench = Bench(limits=Limits(max_message_bytes=20_000))
    assert not (await bench.accept({"input": "hi", "output": "x" * 8_000})).replayed
    with pytest.raises(Problem) as caught:
        await bench.accept({"input": "hi", "output": "x" * 12_000})
    assert caught.value.body.status == 413
    assert len(bench.published) == 1


@pytest.mark.fault("F44")
async def test_a_body_that_fits_but_not_as_encoded_is_refused_before_any_state() -> None:
    bench = Bench(limits=Limits(max_message_bytes=10_000))
    with pytest.raises(Problem) as caught:
        await bench.accept({"input": "\u2603" * 3000})
    assert caught.value.body.status == 413
    assert (bench.states.records, bench.published) == ({}, [])


async def test_while_the_first_use_of_a_key_is_being_accepted_a_second_is_409_and_later_the_same_evaluation() -> None:
    bench = Bench()
    second: list[Problem] = []

    class MeetsASecond(InMemoryPublisher):
        async def publish(self, body: str, *, tenant: str) -> None:
            for text in ("hi", "other"):
                with pytest.raises(Problem) as caught:
                    await bench.accept({"input": text}, idempotency_key="a")
                second.append(caught.value)
            await super().publish(body, tenant=tenant)

    bench.publisher = MeetsASecond()
    first = await bench.accept({"input": "hi"}, idempotency_key="a")
    assert [(problem.body.status, problem.body.code) for problem in second] == [
        (409, "idempotency_in_progress"),
        (422, "idempotency_key_reused"),
    ]
    assert second[0].body.retryable
    assert int(second[0].headers["Retry-After"]) > 0
    later = await bench.accept({"input": "hi"}, idempotency_key="a")
    assert (later.request_id, later.replayed) == (first.request_id, True)
    assert len(bench.published) == 1


async def test_a_key_whose_first_use_lives_on_in_the_history_alone_is_that_evaluation_and_else_409() -> None:
    bench = Bench()
    first = await bench.accept({"input": "hi"}, idempotency_key="a")
    identity = bench.states.records[first.request_id].identity
    bench.states.lose(first.request_id)
    with pytest.raises(Problem) as caught:
        await bench.accept({"input": "hi"}, idempotency_key="a")
    assert caught.value.body.code == "idempotency_in_progress"
    await bench.history.record(completed(identity))
    again = await bench.accept({"input": "hi"}, idempotency_key="a")
    assert (again.request_id, again.replayed, len(bench.published)) == (first.request_id, True, 1)


async def test_a_request_over_a_limit_publishes_nothing_and_one_that_was_not_published_uses_no_quota() -> None:
    bench, limits = Bench(), TenantLimits(requests_per_day=1)
    bench.publisher.down = True
    with pytest.raises(Problem):
        await bench.accept({"input": "hi"}, limits=limits)
    bench.publisher.down = False
    await bench.accept({"input": "hi"}, limits=limits)
    with pytest.raises(Problem) as caught:
        await bench.accept({"input": "hi"}, limits=limits)
    assert (caught.value.body.status, caught.value.body.code) == (429, "quota_exceeded")
    assert len(bench.published) == 1
