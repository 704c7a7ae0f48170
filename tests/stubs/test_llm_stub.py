"""The stub as other tests use it: in a process of its own, counting, failing a number of times."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any
from urllib.request import Request, urlopen

import pytest
from pydantic import SecretStr

from config.topology import Provider
from runtime.contracts.evaluation import Message
from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ChatModel, ChatRequest, ProviderError
from tests.contract.chat_model_subjects import models_at
from tests.stubs.llm_stub import LlmStub, key_hash


def ask(model: str, case: str) -> ChatRequest:
    return ChatRequest(model=model, messages=(Message(role="user", content=f"Hello {case}"),))


async def outcome(model: ChatModel, request: ChatRequest, *, key: str = "k") -> FailureReason | None:
    try:
        await model.complete(request, key=SecretStr(key), deadline_seconds=20)
    except ProviderError as error:
        return error.reason
    return None


@pytest.fixture
def process_url() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.stubs.llm_stub", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        process.terminate()


async def test_it_fails_so_many_times_for_each_key_and_case() -> None:
    async with LlmStub() as stub, models_at(lambda: stub.url) as models:
        model = models[Provider.OPENAI]
        for case, key in (("case-1", "a"), ("case-1", "b"), ("case-2", "a")):
            request = ask("m--http_503:2", case)
            seen = [await outcome(model, request, key=key) for _ in range(3)]
            assert seen == [FailureReason.TRANSIENT, FailureReason.TRANSIENT, None]
        assert (stub.count(case="case-1"), stub.count(case="case-2"), stub.count(protocol="google")) == (6, 3, 0)


async def test_in_its_own_process_it_is_scripted_and_asked_over_http(process_url: str) -> None:
    def control(path: str, body: object = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        with urlopen(Request(f"{process_url}{path}", data=data)) as reply:  # noqa: S310 - our own address
            return json.load(reply)

    async with models_at(lambda: process_url) as models:
        await asyncio.to_thread(control, "/_stub/script", ["http_500"])
        google = models[Provider.GOOGLE]
        assert await outcome(google, ask("m", "case-1"), key="secret") is FailureReason.TRANSIENT
        assert await outcome(google, ask("m", "case-1"), key="secret") is None
    first, second = await asyncio.to_thread(control, "/_stub/calls")
    same = {"protocol": "google", "model": "m", "case": "case-1", "key_hash": key_hash("secret")}
    assert first.items() >= (same | {"behaviour": "http_500"}).items()
    assert second.items() >= (same | {"behaviour": "ok"}).items()
    assert first["begun"] <= first["ended"] <= second["begun"] <= second["ended"]
    await asyncio.to_thread(control, "/_stub/reset", {})
    assert await asyncio.to_thread(control, "/_stub/calls") == []


async def test_a_call_whose_caller_has_left_is_over() -> None:
    async with LlmStub() as stub, models_at(lambda: stub.url) as models:
        ask_for_long = models[Provider.OPENAI].complete(
            ask("m--delay_60000", "case-1"), key=SecretStr("k"), deadline_seconds=0.2
        )
        with pytest.raises(ProviderError):
            await ask_for_long
        async with asyncio.timeout(5):
            while stub.calls[0].ended is None:
                await asyncio.sleep(0.01)
