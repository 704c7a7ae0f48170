"""Step 1 of 4 on fakes: what the gateway does with one submitted request."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from config.limits import Limits
from config.tenant import TenantLimits
from config.topology import Provider, Stage
from runtime.contracts.evaluation import Identity
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.messages import INFERENCE_MESSAGE, EvaluationRequested, SealedKey
from runtime.contracts.outcomes import Outcome
from runtime.contracts.unavailable import Unavailable
from runtime.gateway.accept import Accepted, AcceptEvaluation
from runtime.gateway.provider_keys import read_keys
from runtime.gateway.schemas import EvaluationIn
from runtime.keys.client_seal import ClientSeals
from runtime.keys.keyset import Keyset
from runtime.keys.ports import KeyBinding
from runtime.kit.problems import Problem
from tests.contract.evaluations import change, work
from tests.fakes.publisher import InMemoryPublisher
from tests.fakes.request_states import InMemoryRequestStates
from tests.runtime.documents import runtime_document

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OPENAI_KEY, GOOGLE_KEY = "sk-openai-canary", "google-canary"
KEYS = {Provider.OPENAI: SecretStr(OPENAI_KEY), Provider.GOOGLE: SecretStr(GOOGLE_KEY)}
HOSTED = {"input": "hi", "candidate": {"model": "openai/x"}, "judge": {"model": "google/y"}}


class RememberingSealer:
    def __init__(self) -> None:
        self.sealed: list[tuple[str, Stage, Provider, KeyBinding]] = []

    def seal(
        self, key: SecretStr, *, stage: Stage, provider: Provider, binding: KeyBinding, expires_at: datetime
    ) -> SealedKey:
        self.sealed.append((key.get_secret_value(), stage, provider, binding))
        return SealedKey(kid="k", stage=stage, provider=provider, expires_at=expires_at, ciphertext="AAAA")


@dataclass
class Bench:
    states: InMemoryRequestStates = field(default_factory=InMemoryRequestStates)
    publisher: InMemoryPublisher = field(default_factory=InMemoryPublisher)
    sealer: RememberingSealer = field(default_factory=RememberingSealer)
    limits: Limits = field(default_factory=Limits)

    @property
    def client_seals(self) -> ClientSeals:
        return ClientSeals(keyset=lambda: Keyset(keys=()), now=lambda: NOW, limits=lambda: self.limits)

    async def accept(
        self,
        body: dict[str, Any],
        *,
        idempotency_key: str | None = None,
        tenant: str = "t",
        limits: TenantLimits | None = None,
        keys: Any = None,
    ) -> Accepted:
        service = AcceptEvaluation(
            document=lambda: runtime_document(limits=self.limits),
            states=self.states,
            publisher=self.publisher,
            sealer=self.sealer,
            client_seals=self.client_seals,
            now=lambda: NOW,
        )
        return await service.accept(
            EvaluationIn.model_validate(body),
            tenant=tenant,
            limits=limits,
            keys=keys or {},
            idempotency_key=idempotency_key,
        )

    @property
    def published(self) -> list[EvaluationRequested]:
        return [INFERENCE_MESSAGE.validate_json(body) for body in self.publisher.published]


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


@pytest.mark.fault("F6")
async def test_a_topic_that_is_away_means_503_and_a_request_that_never_was() -> None:
    bench = Bench()
    bench.publisher.down = True
    with pytest.raises(Problem) as caught:
        await bench.accept({"input": "hi"}, idempotency_key="a")
    assert caught.value.body.status == 503
    assert caught.value.body.retryable
    assert "Retry-After" in caught.value.headers
    (record,) = bench.states.records.values()
    assert (record.status, record.outcome) == (Status.FAILED, Outcome.INFERENCE_ERROR)
    bench.publisher.down = False
    accepted = await bench.accept({"input": "hi"}, idempotency_key="a")
    assert not accepted.replayed


@pytest.mark.fault("F8")
async def test_a_redis_that_is_away_means_503_before_anything_is_published() -> None:
    bench = Bench(states=InMemoryRequestStates(flaky=2.0))
    with pytest.raises(Unavailable):
        await bench.accept({"input": "hi"})
    assert bench.published == []


class Eventful(InMemoryPublisher):
    """Something happens right after each publication."""

    def __init__(self, then: Callable[[Identity], Awaitable[None]], *, answers: bool = True) -> None:
        super().__init__()
        self._then = then
        self._answers = answers

    async def publish(self, body: str, *, tenant: str) -> None:
        await super().publish(body, tenant=tenant)
        await self._then(INFERENCE_MESSAGE.validate_json(body).identity)
        if not self._answers:
            raise Unavailable("sns")


@pytest.mark.fault("F8")
async def test_nothing_is_promised_where_the_acceptance_could_not_be_recorded() -> None:
    bench = Bench()

    async def lose_redis(_: Identity) -> None:
        bench.states.flakiness = InMemoryRequestStates(flaky=2.0).flakiness

    bench.publisher = Eventful(lose_redis)
    with pytest.raises(Problem) as caught:
        await bench.accept({"input": "hi"})
    assert (caught.value.body.status, caught.value.body.retryable) == (503, True)


@pytest.mark.fault("F7")
async def test_a_lost_answer_of_the_topic_is_an_acceptance_where_a_stage_has_begun_the_request() -> None:
    bench = Bench()

    async def begin(identity: Identity) -> None:
        await bench.states.begin(work(identity))

    bench.publisher = Eventful(begin, answers=False)
    accepted = await bench.accept({"input": "hi"})
    assert bench.states.records[accepted.request_id].status is Status.INFERENCE


@pytest.mark.fault("F4")
async def test_what_was_swept_before_it_was_published_is_not_accepted() -> None:
    bench = Bench()

    async def sweep(identity: Identity) -> None:
        never = failure(FailureReason.NOT_PUBLISHED, None)
        await bench.states.advance(change(identity, Status.FAILED, failure=never))

    bench.publisher = Eventful(sweep)
    with pytest.raises(Problem) as caught:
        await bench.accept({"input": "hi"})
    assert caught.value.body.status == 503


@pytest.mark.fault("F28")
async def test_a_record_that_redis_lost_meanwhile_takes_the_acceptance_not_back() -> None:
    bench = Bench()

    async def lose(identity: Identity) -> None:
        bench.states.lose(identity.request_id)

    bench.publisher = Eventful(lose)
    accepted = await bench.accept({"input": "hi"})
    assert [message.identity.request_id for message in bench.published] == [accepted.request_id]


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
