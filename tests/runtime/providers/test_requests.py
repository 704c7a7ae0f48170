"""What goes over the wire for a request: everything that was asked for, and nothing else."""

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import SecretStr

from config.topology import Provider
from runtime.contracts.evaluation import CandidateParameters, Message
from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ChatModel, ChatReply, ChatRequest, ProviderError
from tests.stubs.llm_stub import LlmStub
from tests.stubs.openai_stub import LOGPROBS

KEY = SecretStr("sk-1")
SCHEMA = {"type": "object", "properties": {"level": {"type": "integer", "enum": [0, 1]}}, "required": ["level"]}
TALK = (
    Message(role="system", content="Be brief."),
    Message(role="user", content="Hello"),
    Message(role="assistant", content="Hi"),
    Message(role="user", content="And now?"),
)
ALL = CandidateParameters(temperature=0.5, top_p=0.9, max_tokens=77, seed=5)

Models = Mapping[Provider, ChatModel]


async def ask(models: Models, provider: Provider, **fields: Any) -> ChatReply:
    request = ChatRequest(**({"model": "gpt-x", "messages": TALK} | fields))
    return await models[provider].complete(request, key=KEY, deadline_seconds=20)


async def test_openai_gets_roles_and_no_parameter_that_is_not_set(models: Models, stub: LlmStub) -> None:
    await ask(models, Provider.OPENAI)
    assert stub.calls[0].body == {
        "model": "gpt-x",
        "messages": [{"role": message.role, "content": message.content} for message in TALK],
    }


async def test_openai_gets_every_parameter_that_is_set(models: Models, stub: LlmStub) -> None:
    await ask(models, Provider.OPENAI, parameters=ALL, json_schema=SCHEMA)
    body = stub.calls[0].body
    sent = {name: body[name] for name in ("temperature", "top_p", "max_completion_tokens", "seed")}
    assert sent == {"temperature": 0.5, "top_p": 0.9, "max_completion_tokens": 77, "seed": 5}
    assert "max_tokens" not in body
    assert body["response_format"]["type"] == "json_schema"
    assert body["response_format"]["json_schema"] == {"name": "reply", "strict": True, "schema": SCHEMA}


async def test_google_gets_the_system_text_apart_and_the_assistant_as_model(models: Models, stub: LlmStub) -> None:
    await ask(models, Provider.GOOGLE, model="gemini-x")
    call = stub.calls[0]
    assert call.path == "/v1/models/gemini-x:generateContent"
    assert [(turn["role"], turn["parts"][0]["text"]) for turn in call.body["contents"]] == [
        ("user", "Hello"),
        ("model", "Hi"),
        ("user", "And now?"),
    ]
    assert call.body["systemInstruction"]["parts"] == [{"text": "Be brief."}]
    assert not call.body.get("generationConfig")


async def test_google_gets_every_parameter_that_is_set(models: Models, stub: LlmStub) -> None:
    await ask(models, Provider.GOOGLE, parameters=ALL, json_schema=SCHEMA)
    assert stub.calls[0].body["generationConfig"] == {
        "temperature": 0.5,
        "topP": 0.9,
        "maxOutputTokens": 77,
        "seed": 5,
        "responseMimeType": "application/json",
        "responseJsonSchema": SCHEMA,
    }


async def test_google_is_not_asked_with_a_system_text_alone(models: Models, stub: LlmStub) -> None:
    with pytest.raises(ProviderError) as caught:
        await ask(models, Provider.GOOGLE, messages=TALK[:1])
    assert caught.value.reason is FailureReason.REJECTED
    assert not stub.calls


async def test_a_local_model_tells_the_first_tokens_alternatives(models: Models, stub: LlmStub) -> None:
    reply = await ask(
        models, Provider.LOCAL, top_logprobs=3, parameters=CandidateParameters(max_tokens=1, temperature=0)
    )
    assert reply.first_token_logprobs == LOGPROBS
    body = stub.calls[0].body
    assert (body["logprobs"], body["top_logprobs"], body["temperature"]) == (True, 3, 0)


async def test_without_the_wish_there_are_no_probabilities(models: Models) -> None:
    assert (await ask(models, Provider.LOCAL)).first_token_logprobs is None


async def test_a_text_comes_back_as_it_went(models: Models) -> None:
    text = 'tab\t "quotes" \\ \u00e9 \U0001f600 <b> \u2028 \x7f'
    for provider in Provider:
        reply = await ask(models, provider, model="m--echo", messages=(Message(role="user", content=text),))
        assert reply.text == text
