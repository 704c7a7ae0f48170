"""One contract for both decision endpoints: the real SDKs against a server that misbehaves on demand."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator, Iterator, Mapping

import pytest
from pydantic import SecretStr

from config.topology import Provider
from runtime.contracts.failures import FailureReason as Reason
from runtime.contracts.outcomes import Usage
from runtime.kit.logs import QUIET_LOGGERS
from runtime.providers.chat_model import ProviderError
from runtime.providers.decision_model import DecisionModel, DecisionQuestion, DecisionReply, DecisionRequest
from runtime.providers.registry import open_models
from tests.contract.chat_model_rows import ROWS, Row
from tests.contract.chat_model_subjects import provider_settings
from tests.stubs.llm_stub import LlmStub

CANARY = "sk-canary-5f1d0c7e9b"
KEY = SecretStr(CANARY)
QUESTIONS = (
    DecisionQuestion(name="correct", instructions="Is it right?", levels=("no", "yes")),
    DecisionQuestion(name="brief", instructions="How brief?", levels=("same words", "same words", "brief")),
)
PROVIDERS = (Provider.OPENAI, Provider.GOOGLE)
SHARED = [
    pytest.param(Provider(name), row, id=f"{name}-{row.behaviour}")
    for row in ROWS
    # What only a chat's answer can have.
    if row.behaviour not in {"no_choices", "no_text", "surrogate", "unfinished", "content_filter", "recitation"}
    for name in sorted(row.subjects - {"scripted"})
    if (name, row.behaviour) != ("openai", "refusal")
]
WRONG = ("sum_of_two", "negative", "one_level_short", "one_level_more", "nan", "missing", "other_kind")

Decide = Mapping[Provider, DecisionModel]


@pytest.fixture
async def stub() -> AsyncIterator[LlmStub]:
    async with LlmStub() as started:
        yield started


@pytest.fixture
async def models(stub: LlmStub) -> AsyncIterator[Decide]:
    async with open_models(Provider, settings=lambda: provider_settings(stub.url)) as opened:
        yield opened.decisions


@pytest.fixture
def service_logs(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    caplog.set_level(logging.DEBUG)
    before = {name: logging.getLogger(name).level for name in QUIET_LOGGERS}
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    yield caplog
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


async def decide(
    models: Decide, provider: Provider, behaviour: str, *, key: SecretStr | None = KEY, deadline_seconds: float = 20
) -> DecisionReply:
    request = DecisionRequest(model=f"some-model--{behaviour}", input="Judge case-1.", questions=QUESTIONS)
    async with asyncio.timeout(30):
        return await models[provider].decide(request, key=key, deadline_seconds=deadline_seconds)


@pytest.mark.parametrize(("provider", "row"), SHARED)
async def test_every_failure_has_its_reason_costs_one_call_and_tells_no_key(
    provider: Provider, row: Row, models: Decide, stub: LlmStub, service_logs: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ProviderError) as caught:
        await decide(models, provider, row.behaviour, deadline_seconds=row.deadline_seconds)
    failed = caught.value
    assert (failed.reason, failed.retry_after_seconds) == (row.reason, row.wait_seconds)
    assert stub.count() == 1
    assert failed.__cause__ is None
    assert failed.__context__ is None
    told = "".join([*traceback.format_exception(failed), repr(vars(failed)), service_logs.text])
    assert CANARY not in told
    assert "API key" not in told


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_each_question_gets_the_probabilities_of_its_levels(provider: Provider, models: Decide) -> None:
    reply = await decide(models, provider, "ok")
    correct, brief = reply.probabilities
    assert correct == pytest.approx((0.2, 0.8))
    assert brief == pytest.approx((0.1, 0.1, 0.8))
    assert reply.usage == Usage(input_tokens=11, output_tokens=7)
    assert reply.served_model == {Provider.OPENAI: "some-model--ok-2026-11", Provider.GOOGLE: None}[provider]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_rounded_probabilities_add_up_to_one_again(provider: Provider, models: Decide) -> None:
    for found in (await decide(models, provider, "rounded")).probabilities:
        assert found is not None
        assert sum(found) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("behaviour", WRONG)
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_what_is_no_distribution_over_the_levels_is_malformed(
    provider: Provider, behaviour: str, models: Decide
) -> None:
    with pytest.raises(ProviderError) as caught:
        await decide(models, provider, behaviour)
    assert caught.value.reason is Reason.MALFORMED


async def test_a_declined_question_leaves_the_others_their_answers(models: Decide) -> None:
    correct, declined = (await decide(models, Provider.OPENAI, "refusal")).probabilities
    assert correct == pytest.approx((0.2, 0.8))
    assert declined is None


async def test_answers_to_other_questions_are_malformed(models: Decide) -> None:
    with pytest.raises(ProviderError) as caught:
        await decide(models, Provider.OPENAI, "swapped")
    assert caught.value.reason is Reason.MALFORMED


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_an_answer_counts_although_its_usage_is_nonsense(provider: Provider, models: Decide) -> None:
    reply = await decide(models, provider, "strange_usage")
    assert reply.usage is None
    assert len(reply.probabilities) == 2


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_call_carries_its_own_key_and_nothing_of_the_machine(
    provider: Provider, stub: LlmStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("OPENAI_API_KEY", "GOOGLE_API_KEY", "GEMINI_API_KEY", "OPENAI_ORG_ID", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.setenv(name, "ambient")
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "authorization: Bearer ambient")
    monkeypatch.setenv("GOOGLE_GENAI_API_VERSION", "ambient")
    async with open_models(Provider, settings=lambda: provider_settings(stub.url)) as opened:
        await decide(opened.decisions, provider, "ok", key=SecretStr(" mine\n"))
        await decide(opened.decisions, provider, "ok", key=SecretStr("another"))
    assert [call.key for call in stub.calls] == ["mine", "another"]
    assert "ambient" not in repr(stub.calls)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_without_a_usable_key_nothing_is_asked(provider: Provider, models: Decide, stub: LlmStub) -> None:
    for key in (None, SecretStr(""), SecretStr("a b")):
        with pytest.raises(ProviderError) as caught:
            await decide(models, provider, "ok", key=key)
        assert caught.value.reason is Reason.AUTH
    assert not stub.calls


async def test_the_questions_go_out_in_each_providers_words(models: Decide, stub: LlmStub) -> None:
    for provider in PROVIDERS:
        await decide(models, provider, "ok")
    openai, google = (call.body for call in stub.calls)
    assert openai["questions"][0] == {
        "type": "score",
        "name": "correct",
        "instructions": "Is it right?",
        "levels": [{"label": "0", "description": "no"}, {"label": "1", "description": "yes"}],
    }
    assert google["questions"]["correct"] == {
        "type": "score",
        "instructions": "Is it right?",
        "criteria": ["no", "yes"],
    }
    assert (openai["model"], google["model"]) == ("some-model--ok", "models/some-model--ok")
    assert openai["input"] == google["input"] == "Judge case-1."


def test_a_local_model_decides_nothing() -> None:
    async def offered() -> set[Provider]:
        async with open_models(Provider, settings=dict) as opened:
            return set(opened.decisions)

    assert asyncio.run(offered()) == set(PROVIDERS)
