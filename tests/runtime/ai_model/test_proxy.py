"""The app around an engine that is not there, driven by the openai SDK or by bare ASGI messages."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from typing import Any

import httpx2
import openai
import pytest
from aiohttp import web
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.ai_model.chat_request import MAX_BODY_BYTES
from runtime.ai_model.main import connect, create_app
from runtime.ai_model.service import MAX_UNFINISHED
from runtime.ai_model.settings import read_settings
from tests.runtime.ai_model.fake_engine import FakeEngine

ASKED: Any = {"model": "made-up", "messages": [{"role": "user", "content": "Hello?"}]}


@pytest.fixture
async def engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
async def app(engine: FakeEngine) -> AsyncIterator[ASGIApp]:
    async with AsyncExitStack() as stack:
        runner = web.AppRunner(engine.app(), handler_cancellation=True, shutdown_timeout=0)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        service = await connect(stack, f"http://127.0.0.1:{runner.addresses[0][1]}", model_name="made-up")
        inner = create_app(read_settings({"MODEL_PATH": "made-up.gguf"}))

        async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
            await inner({**scope, "state": {"service": service}}, receive, send)

        yield with_state


@pytest.fixture
async def http(app: ASGIApp) -> AsyncIterator[httpx2.AsyncClient]:
    transport = httpx2.ASGITransport(app=app)
    async with httpx2.AsyncClient(transport=transport, base_url="http://ai-model") as client:
        yield client


@pytest.fixture
def sdk(http: httpx2.AsyncClient) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(base_url="http://ai-model/v1", api_key="unused", http_client=http, max_retries=0)


class Caller:
    """One POST by hand, whose sender may hang up."""

    def __init__(self, body: Any) -> None:
        self._incoming: Iterator[Message] = iter([{"type": "http.request", "body": json.dumps(body).encode()}])
        self._gone = asyncio.Event()
        self.got_data = asyncio.Event()
        self.sent: list[Message] = []

    async def call(self, app: ASGIApp) -> None:
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/v1/chat/completions",
            "raw_path": b"/v1/chat/completions",
            "query_string": b"",
            "headers": [],
        }
        await app(scope, self._receive, self._send)

    def hang_up(self) -> None:
        self._gone.set()

    async def _receive(self) -> Message:
        for message in self._incoming:
            return message
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        self.sent.append(message)
        if message.get("body"):
            self.got_data.set()


async def test_a_completion_reaches_the_engine_with_only_what_was_asked(
    sdk: openai.AsyncOpenAI, engine: FakeEngine
) -> None:
    reply = await sdk.chat.completions.create(**ASKED, temperature=0, max_tokens=5)
    assert reply.choices[0].message.content == "Hello."
    assert engine.asked == [{**ASKED, "temperature": 0, "max_tokens": 5}]


async def test_the_name_default_means_whatever_model_there_is(sdk: openai.AsyncOpenAI, engine: FakeEngine) -> None:
    await sdk.chat.completions.create(**{**ASKED, "model": "default"})
    assert engine.asked[0]["model"] == "made-up"


async def test_a_stream_arrives_unchanged(http: httpx2.AsyncClient, engine: FakeEngine) -> None:
    engine.chunks = [b'data: {"choices": []}\n\n', b"data: [DONE]\n\n"]
    reply = await http.post("/v1/chat/completions", json={**ASKED, "stream": True})
    assert reply.headers["content-type"].startswith("text/event-stream")
    assert reply.content == b"".join(engine.chunks)


async def test_a_caller_who_hangs_up_before_the_answer_ends_the_computation(app: ASGIApp, engine: FakeEngine) -> None:
    engine.holds = True
    caller = Caller(ASKED)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(caller.call(app))
        await engine.entered.wait()
        caller.hang_up()
        await engine.hung_up.wait()


async def test_a_caller_who_hangs_up_within_a_stream_ends_the_computation(app: ASGIApp, engine: FakeEngine) -> None:
    engine.chunks, engine.holds = [b"data: {}\n\n"], True
    caller = Caller({**ASKED, "stream": True})
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        tasks.create_task(caller.call(app))
        await caller.got_data.wait()
        caller.hang_up()
        await engine.hung_up.wait()
    assert caller.sent[0]["status"] == 200


async def test_another_model_is_not_found(sdk: openai.AsyncOpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as refused:
        await sdk.chat.completions.create(**{**ASKED, "model": "gpt-nobody"})
    assert refused.value.code == "model_not_found"


@pytest.mark.parametrize(
    ("change", "param"),
    [
        ({"messages": []}, "messages"),
        ({"messages": [{"role": "wizard", "content": "abracadabra"}]}, "messages"),
        ({"temperature": 9}, "temperature"),
        ({"n": 2}, "n"),
        ({"tools": []}, "tools"),
        ({"Id Slot <3": 1}, None),
    ],
)
async def test_a_request_that_cannot_be_honoured_is_refused_without_repeating_it(
    sdk: openai.AsyncOpenAI, engine: FakeEngine, change: dict[str, Any], param: str | None
) -> None:
    with pytest.raises(openai.BadRequestError) as refused:
        await sdk.post("/chat/completions", body=ASKED | change, cast_to=object)
    assert refused.value.param == param
    assert "abracadabra" not in refused.value.response.text
    assert engine.asked == []


@pytest.mark.parametrize("body", [b"", b"nope", b"[]", b"\xff\xfe", b"[" * 10_000, b'{"model": "made-up"}'])
async def test_a_body_that_is_no_request_is_a_400_in_the_shape_of_the_api(
    http: httpx2.AsyncClient, body: bytes
) -> None:
    reply = await http.post("/v1/chat/completions", content=body)
    assert reply.status_code == 400
    assert reply.json()["error"]["code"] == "invalid_request"


async def test_a_body_over_the_limit_is_refused_before_it_is_read_whole(http: httpx2.AsyncClient) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 65536

    reply = await http.post("/v1/chat/completions", content=endless())
    assert reply.status_code == 413
    assert reply.json()["error"]["code"] == "request_too_large"
    assert sent * 65536 <= MAX_BODY_BYTES + 2 * 65536


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (400, "exceed_context_size_error", "context_length_exceeded"),
        (400, "invalid_request_error", "invalid_request"),
        (503, "unavailable_error", "engine_unavailable"),
        (500, None, "engine_unavailable"),
    ],
)
async def test_the_engines_refusals_keep_their_meaning_and_lose_their_words(
    sdk: openai.AsyncOpenAI, engine: FakeEngine, *, stream: bool, status: int, kind: str | None, code: str
) -> None:
    engine.status, engine.reply = status, {"error": {"type": kind, "message": "the caller's words"}}
    with pytest.raises(openai.APIStatusError) as refused:
        await sdk.chat.completions.create(**ASKED, stream=stream)
    assert (refused.value.status_code, refused.value.code) == (400 if status == 400 else 503, code)
    assert "the caller's words" not in refused.value.response.text


async def test_more_callers_than_can_wait_are_told_to_come_back(app: ASGIApp, engine: FakeEngine) -> None:
    engine.holds = True
    waiting = [Caller(ASKED) for _ in range(MAX_UNFINISHED)]
    one_too_many = Caller(ASKED)
    async with asyncio.timeout(10), asyncio.TaskGroup() as tasks:
        for caller in waiting:
            tasks.create_task(caller.call(app))
        while len(engine.asked) < MAX_UNFINISHED:
            engine.entered.clear()
            await engine.entered.wait()
        await one_too_many.call(app)
        for caller in waiting:
            caller.hang_up()
    assert one_too_many.sent[0]["status"] == 429
    assert (b"retry-after", b"2") in one_too_many.sent[0]["headers"]


async def test_ready_means_that_the_engine_answers(http: httpx2.AsyncClient, engine: FakeEngine) -> None:
    assert (await http.get("/readyz")).status_code == 200
    engine.status = 503
    assert (await http.get("/readyz")).status_code == 503
    assert (await http.get("/healthz")).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/v1/nothing", 404), ("GET", "/v1/chat/completions", 405)]
)
async def test_an_unknown_endpoint_answers_in_the_shape_of_the_api(
    http: httpx2.AsyncClient, method: str, path: str, status: int
) -> None:
    reply = await http.request(method, path)
    assert reply.status_code == status
    assert reply.json()["error"]["type"] == "invalid_request_error"
