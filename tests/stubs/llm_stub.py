"""A server that speaks OpenAI's and Gemini's protocol and misbehaves as the model's name says.

`gpt-x` answers; `gpt-x--http_500` always fails; `gpt-x--http_500:2` fails twice per key and case, then answers. The
behaviours are those of `behaviours.py`, `verdicts.py` and the two protocol modules. A prompt may contain a word such as
`case-17`: calls are counted by it. In a process of its own: `python -m tests.stubs.llm_stub --port 0` prints its port;
`GET /_stub/calls` lists the calls without keys, `POST /_stub/script` queues behaviours, `POST /_stub/reset` forgets.
"""

import argparse
import asyncio
import hashlib
import json
import re
import ssl
import time
from collections import Counter, deque
from typing import Self

from tests.stubs.google_stub import google_reply
from tests.stubs.http_connection import HttpRequest, read_request, send_reply
from tests.stubs.openai_stub import openai_reply
from tests.stubs.wire_reply import WireCall, WireReply, json_reply

OPENAI_PATH = "/v1/chat/completions"
DECISIONS_PATH = "/v1/decisions"
"""Of both; they differ by the header that carries the key."""
GOOGLE_PATH = re.compile(r"/v1(?:beta)?/models/([^:]+(?::[^:]+)*):generateContent")
CASE = re.compile(r"case-[A-Za-z0-9]+")


def key_hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:16]


class LlmStub:
    """Enter it to listen on 127.0.0.1; port 0 finds a free one."""

    def __init__(self, *, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self._port = port
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._connections: set[asyncio.Task[None]] = set()
        self._script: deque[str] = deque()
        self._seen: Counter[tuple[str, str, str | None]] = Counter()
        self.calls: list[WireCall] = []
        self.connections_opened = 0
        self.body_bytes_sent = 0
        self.called = asyncio.Event()
        """Set at each call; a test that waits for the next one clears it first."""

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port, ssl=self._tls, limit=2**20)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        if self._connections:
            await asyncio.wait(self._connections)

    @property
    def port(self) -> int:
        return self._port

    @property
    def url(self) -> str:
        """Gemini's base URL; OpenAI's is this and `/v1`."""
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    def script(self, *behaviours: str) -> None:
        """The next calls behave so, one each, whatever their model's name says."""
        self._script.extend(behaviours)

    def reset(self) -> None:
        self._script.clear()
        self._seen.clear()
        self.calls.clear()

    def count(self, *, case: str | None = None, protocol: str | None = None) -> int:
        return sum(case in (None, call.case) and protocol in (None, call.protocol) for call in self.calls)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections_opened += 1
        connection = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await read_request(reader)) is not None:
                before = len(self.calls)
                reply, reason = self._answer(request)
                recorded = self.calls[before:]
                try:
                    if not await send_reply(reply, reason=reason, reader=reader, writer=writer, count=self._count):
                        return
                finally:
                    for call in recorded:
                        call.ended = time.time()
        except ConnectionError:
            return
        finally:
            writer.close()

    def _count(self, sent: int) -> None:
        self.body_bytes_sent += sent

    def _answer(self, request: HttpRequest) -> tuple[WireReply, str]:
        google = GOOGLE_PATH.fullmatch(request.path)
        decides = request.method == "POST" and request.path == DECISIONS_PATH
        if decides and request.header("x-goog-api-key"):
            body = json.loads(request.body)
            key, model = request.header("x-goog-api-key"), body["model"].removeprefix("models/")
            behaviour = self._record("google", request, body=body, model=model, key=key)
            return google_reply(behaviour, body=body, key=key, model=model), key
        if decides or (request.method == "POST" and request.path == OPENAI_PATH):
            body = json.loads(request.body)
            key = request.header("authorization").removeprefix("Bearer ")
            behaviour = self._record("openai", request, body=body, model=body["model"], key=key)
            return openai_reply(behaviour, body=body, key=key), key or "OK"
        if request.method == "POST" and google is not None:
            body = json.loads(request.body)
            key = request.header("x-goog-api-key")
            behaviour = self._record("google", request, body=body, model=google[1], key=key)
            return google_reply(behaviour, body=body, key=key, model=google[1]), key or "OK"
        return self._control(request), "OK"

    def _record(self, protocol: str, request: HttpRequest, *, body: dict[str, object], model: str, key: str) -> str:
        found = CASE.search(request.body.decode(errors="replace"))
        case = found[0] if found else None
        behaviour = self._behaviour(model, key=key, case=case)
        self.calls.append(WireCall(protocol, request.path, model, key, request.headers, body, case, behaviour))
        self.called.set()
        return behaviour

    def _behaviour(self, model: str, *, key: str, case: str | None) -> str:
        if self._script:
            return self._script.popleft()
        _, _, wanted = model.partition("--")
        name, _, times = wanted.partition(":")
        seen = self._seen[model, key, case]
        self._seen[model, key, case] += 1
        return "ok" if not name or (times and seen >= int(times)) else name

    def _control(self, request: HttpRequest) -> WireReply:
        match request.method, request.path:
            case "GET", "/_stub/calls":
                return json_reply([_public(call) for call in self.calls])
            case "POST", "/_stub/script":
                self.script(*json.loads(request.body))
            case "POST", "/_stub/reset":
                self.reset()
            case _:
                return json_reply({"error": {"message": "no such path"}}, status=404)
        return json_reply({})


def _public(call: WireCall) -> dict[str, str | float | None]:
    shown = ("protocol", "model", "case", "behaviour", "begun", "ended")
    return {name: getattr(call, name) for name in shown} | {"key_hash": key_hash(call.key)}


async def _run(port: int) -> None:
    async with LlmStub(port=port) as stub:
        print(json.dumps({"port": stub.port}), flush=True)  # noqa: T201 - the parent reads it
        await asyncio.Event().wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--port", type=int, default=0)
    asyncio.run(_run(arguments.parse_args().port))
