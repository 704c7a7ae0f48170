"""Middle of the ai-model-service: hand a chat request to the engine, and what it answers back, whole or as it comes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from runtime.ai_model.api_errors import (
    ApiError,
    ContextTooLong,
    EngineUnavailable,
    InvalidRequest,
    ModelNotFound,
    Overloaded,
)
from runtime.ai_model.chat_request import ChatCompletionRequest

# The whole of one completion, with its time in the queue: the longest answer of a slow machine, not a hang.
COMPLETION_TIMEOUT_SECONDS = 600
HEALTH_TIMEOUT_SECONDS = 2
# What waits here has no slot yet. More than this would wait longer than its caller does.
MAX_UNFINISHED = 64
ANY_MODEL = "default"


class ChatService:
    def __init__(self, *, http: aiohttp.ClientSession, model_name: str) -> None:
        self._http = http
        self._model_name = model_name
        self._unfinished = 0

    async def complete(self, request: ChatCompletionRequest) -> bytes:
        """The engine's reply, as JSON. Raises ApiError."""
        async with self._asked(request) as reply:
            return await reply.read()

    @asynccontextmanager
    async def stream(self, request: ChatCompletionRequest) -> AsyncIterator[AsyncIterator[bytes]]:
        """Server-sent events, as the engine writes them. Leaving the context ends the computation. Raises ApiError."""
        async with self._asked(request) as reply:
            yield reply.content.iter_any()

    async def is_ready(self) -> bool:
        try:
            async with self._http.get("/health", timeout=aiohttp.ClientTimeout(HEALTH_TIMEOUT_SECONDS)) as reply:
                return reply.ok
        except (aiohttp.ClientError, TimeoutError):
            return False

    def models(self) -> dict[str, Any]:
        entry = {"id": self._model_name, "object": "model", "created": 0, "owned_by": "self-hosted"}
        return {"object": "list", "data": [entry]}

    @asynccontextmanager
    async def _asked(self, request: ChatCompletionRequest) -> AsyncIterator[aiohttp.ClientResponse]:
        if request.model not in (self._model_name, ANY_MODEL):
            raise ModelNotFound(param="model")
        if self._unfinished >= MAX_UNFINISHED:
            raise Overloaded
        self._unfinished += 1
        try:
            async with self._http.post(
                "/v1/chat/completions",
                json=request.for_engine(self._model_name),
                timeout=aiohttp.ClientTimeout(COMPLETION_TIMEOUT_SECONDS),
            ) as reply:
                if not reply.ok:
                    raise await _refusal(reply)
                yield reply
        except (aiohttp.ClientError, TimeoutError):
            raise EngineUnavailable from None
        finally:
            self._unfinished -= 1


async def _refusal(reply: aiohttp.ClientResponse) -> ApiError:
    """The engine's own message is dropped: it quotes the request."""
    try:
        kind = (await reply.json(content_type=None))["error"]["type"]
    except (ValueError, KeyError, TypeError):
        return EngineUnavailable()
    if kind == "exceed_context_size_error":
        return ContextTooLong(param="messages")
    return InvalidRequest() if kind == "invalid_request_error" else EngineUnavailable()
