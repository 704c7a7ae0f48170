"""The real process with the smallest model, through the openai SDK. Nothing here looks at how clever an answer is."""

import json
from collections.abc import AsyncIterator
from math import exp
from typing import Any

import openai
import pytest

pytestmark = pytest.mark.model

ASKED: Any = {"model": "smollm2-135m", "messages": [{"role": "user", "content": "Say hello."}], "temperature": 0}


@pytest.fixture
async def sdk(served: str) -> AsyncIterator[openai.AsyncOpenAI]:
    async with openai.AsyncOpenAI(base_url=f"{served}/v1", api_key="unused", timeout=120, max_retries=0) as client:
        yield client


async def test_the_served_model_is_listed(sdk: openai.AsyncOpenAI) -> None:
    assert [model.id async for model in sdk.models.list()] == ["smollm2-135m"]


async def test_a_chat_completion_stops_at_its_token_limit(sdk: openai.AsyncOpenAI) -> None:
    reply = await sdk.chat.completions.create(**ASKED, max_tokens=3)
    assert reply.choices[0].message.content
    assert reply.choices[0].finish_reason == "length"
    assert reply.usage is not None
    assert reply.usage.completion_tokens == 3
    assert reply.model == "smollm2-135m"


async def test_a_stream_says_the_same_as_the_whole_answer(sdk: openai.AsyncOpenAI) -> None:
    whole = await sdk.chat.completions.create(**ASKED, max_tokens=6)
    stream = await sdk.chat.completions.create(
        **ASKED, max_tokens=6, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole.choices[0].message.content
    assert chunks[-1].usage is not None


async def test_a_json_schema_is_enforced(sdk: openai.AsyncOpenAI) -> None:
    schema: Any = {
        "type": "object",
        "properties": {"level": {"type": "string", "enum": ["low", "high"]}},
        "required": ["level"],
        "additionalProperties": False,
    }
    reply = await sdk.chat.completions.create(
        **ASKED,
        max_tokens=40,
        response_format={"type": "json_schema", "json_schema": {"name": "out", "schema": schema}},
    )
    assert json.loads(reply.choices[0].message.content or "")["level"] in {"low", "high"}


async def test_log_probabilities_of_the_first_token_come_with_the_answer(sdk: openai.AsyncOpenAI) -> None:
    reply = await sdk.chat.completions.create(**ASKED, max_tokens=1, logprobs=True, top_logprobs=20)
    assert reply.choices[0].logprobs is not None
    assert reply.choices[0].logprobs.content is not None
    alternatives = reply.choices[0].logprobs.content[0].top_logprobs
    assert len(alternatives) == 20
    assert 0.2 < sum(exp(token.logprob) for token in alternatives) <= 1.0001


async def test_a_prompt_longer_than_the_context_is_refused_as_such(sdk: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await sdk.chat.completions.create(
            model="smollm2-135m", messages=[{"role": "user", "content": "word " * 2000}], max_tokens=1
        )
    assert refused.value.code == "context_length_exceeded"
