"""One caller's call carries that caller's key, and nothing of another's or of the machine's."""

import asyncio
from collections.abc import Mapping

import pytest
from pydantic import SecretStr

from config.topology import Provider
from runtime.contracts.evaluation import Message
from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ChatModel, ChatRequest, ProviderError
from runtime.providers.registry import open_models
from tests.contract.chat_model_subjects import models_at, provider_settings
from tests.stubs.llm_stub import LlmStub

AMBIENT = {
    "OPENAI_API_KEY": "sk-ambient",
    "OPENAI_ADMIN_KEY": "sk-ambient",
    "OPENAI_ORG_ID": "org-ambient",
    "OPENAI_PROJECT_ID": "proj-ambient",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/v1",
    "OPENAI_CUSTOM_HEADERS": "authorization: Bearer sk-ambient\nX-Extra: ambient",
    "GOOGLE_API_KEY": "gk-ambient",
    "GEMINI_API_KEY": "gk-ambient",
    "GOOGLE_GENAI_USE_VERTEXAI": "true",
    "GOOGLE_GENAI_USE_ENTERPRISE": "true",
    "GOOGLE_GENAI_API_VERSION": "v9",
    "GOOGLE_GEMINI_BASE_URL": "http://127.0.0.1:9",
    "GOOGLE_CLOUD_PROJECT": "proj-ambient",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
}
KEYED = (Provider.OPENAI, Provider.GOOGLE)
SENT_HEADERS = {"host", "content-type", "content-length", "accept", "user-agent", "accept-encoding"}


def ask(text: str = "Hello", *, model: str = "some-model") -> ChatRequest:
    return ChatRequest(model=model, messages=(Message(role="user", content=text),))


@pytest.mark.parametrize("provider", KEYED)
async def test_the_environment_has_no_influence(
    provider: Provider, stub: LlmStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in AMBIENT.items():
        monkeypatch.setenv(name, value)
    async with models_at(lambda: stub.url) as models:
        await models[provider].complete(ask(), key=SecretStr(" mine\n"), deadline_seconds=20)
    call = stub.calls[0]
    assert call.key == "mine"
    assert "ambient" not in repr(call)
    assert call.path.startswith("/v1/")
    key_header = {"authorization", "x-goog-api-key"} & {name.lower() for name, _ in call.headers}
    assert sorted(name.lower() for name, _ in call.headers) == sorted(SENT_HEADERS | key_header)


@pytest.mark.parametrize("provider", KEYED)
async def test_an_empty_key_never_becomes_the_machines(
    provider: Provider, stub: LlmStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in AMBIENT.items():
        monkeypatch.setenv(name, value)
    async with models_at(lambda: stub.url) as models:
        with pytest.raises(ProviderError) as caught:
            await models[provider].complete(ask(), key=SecretStr(""), deadline_seconds=20)
    assert caught.value.reason is FailureReason.AUTH
    assert not stub.calls


@pytest.mark.parametrize("provider", KEYED)
async def test_keys_are_not_mixed_up_on_the_shared_connections(
    provider: Provider, models: Mapping[Provider, ChatModel], stub: LlmStub
) -> None:
    async def call(number: int) -> None:
        request = ask(f"case-{number}", model="some-model--delay_20")
        await models[provider].complete(request, key=SecretStr(f"key-{number}"), deadline_seconds=20)

    for _ in range(2):
        async with asyncio.TaskGroup() as tasks:
            for number in range(20):
                tasks.create_task(call(number))
    assert [call.key for call in stub.calls] == [str(call.case).replace("case", "key") for call in stub.calls]
    assert len(stub.calls) == 40
    assert stub.connections_opened <= 20


async def test_a_local_model_never_gets_a_key(
    models: Mapping[Provider, ChatModel], stub: LlmStub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-ambient")
    for key in (None, SecretStr("sk-mine")):
        await models[Provider.LOCAL].complete(ask(), key=key, deadline_seconds=20)
    assert all("authorization" not in dict(call.headers) for call in stub.calls)
    assert [call.key for call in stub.calls] == ["", ""]


@pytest.mark.parametrize("provider", KEYED)
async def test_a_cookie_does_not_follow_one_caller_into_anothers_call(
    provider: Provider, models: Mapping[Provider, ChatModel], stub: LlmStub
) -> None:
    for key in ("first", "second"):
        await models[provider].complete(ask(model="some-model--cookie"), key=SecretStr(key), deadline_seconds=20)
    assert "cookie" not in {name.lower() for name, _ in stub.calls[1].headers}


@pytest.mark.parametrize("provider", Provider)
async def test_a_new_address_in_the_configuration_is_used_at_the_next_call(provider: Provider, stub: LlmStub) -> None:
    async with LlmStub() as other:
        urls = [stub.url]
        async with models_at(lambda: urls[-1]) as models:
            await models[provider].complete(ask(), key=SecretStr("k"), deadline_seconds=20)
            urls.append(other.url)
            await models[provider].complete(ask(), key=SecretStr("k"), deadline_seconds=20)
        assert (stub.count(), other.count()) == (1, 1)


async def test_a_provider_that_left_the_configuration_serves_no_model(stub: LlmStub) -> None:
    settings = provider_settings(stub.url)
    async with open_models([Provider.OPENAI], settings=lambda: settings) as models:
        del settings[Provider.OPENAI]
        with pytest.raises(ProviderError) as caught:
            await models.chat[Provider.OPENAI].complete(ask(), key=SecretStr("k"), deadline_seconds=20)
    assert caught.value.reason is FailureReason.MODEL_NOT_FOUND
    assert not stub.calls
