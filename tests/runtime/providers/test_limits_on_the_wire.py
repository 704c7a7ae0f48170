"""Both SDKs against a real server: what it tells of the key's limits arrives beside answer and refusal."""

from collections.abc import Mapping

import pytest
from pydantic import SecretStr

from config.topology import Provider
from runtime.contracts.evaluation import Message
from runtime.contracts.failures import FailureReason
from runtime.contracts.pacing import LimitsTold
from runtime.providers.chat_model import ChatModel, ChatReply, ChatRequest, ProviderError
from tests.stubs.behaviours import RETRY_SECONDS

Models = Mapping[Provider, ChatModel]
OPENAI_LIMITS = LimitsTold(
    requests_per_minute=60, remaining_requests=59, tokens_per_minute=150_000, remaining_tokens=149_984
)


async def ask(models: Models, provider: Provider, behaviour: str) -> ChatReply:
    request = ChatRequest(model=f"m--{behaviour}", messages=(Message(role="user", content="Hello"),))
    return await models[provider].complete(request, key=SecretStr("sk-1"), deadline_seconds=20)


async def test_openai_tells_its_limits_beside_an_answer(models: Models) -> None:
    assert (await ask(models, Provider.OPENAI, "limits")).told == OPENAI_LIMITS


@pytest.mark.parametrize("provider", [Provider.OPENAI, Provider.GOOGLE])
async def test_an_answer_without_limits_tells_none(models: Models, provider: Provider) -> None:
    assert (await ask(models, provider, "ok")).told is None


@pytest.mark.parametrize(
    ("provider", "told"),
    [(Provider.OPENAI, OPENAI_LIMITS), (Provider.GOOGLE, LimitsTold(requests_per_minute=15))],
)
async def test_a_throttled_call_tells_limits_and_time(models: Models, provider: Provider, told: LimitsTold) -> None:
    with pytest.raises(ProviderError) as caught:
        await ask(models, provider, "throttled")
    assert caught.value.reason is FailureReason.THROTTLED
    assert (caught.value.told, caught.value.retry_after_seconds) == (told, RETRY_SECONDS)


@pytest.mark.parametrize("provider", [Provider.OPENAI, Provider.GOOGLE])
async def test_an_empty_account_tells_no_limit(models: Models, provider: Provider) -> None:
    with pytest.raises(ProviderError) as caught:
        await ask(models, provider, "quota")
    assert caught.value.told is None
