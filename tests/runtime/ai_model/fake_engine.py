"""An engine that computes nothing: it answers what the test wants, or holds the caller until somebody hangs up."""

import asyncio
from typing import Any

from aiohttp import web

REPLY = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "made-up",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hello."}}],
    "usage": {"prompt_tokens": 3, "completion_tokens": 2, "total_tokens": 5},
}


class FakeEngine:
    def __init__(self) -> None:
        self.status = 200
        self.reply: Any = REPLY
        self.chunks: list[bytes] = []
        self.holds = False
        self.asked: list[dict[str, Any]] = []
        self.entered = asyncio.Event()
        self.hung_up = asyncio.Event()

    def app(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/health", self._health)
        return app

    async def _health(self, _: web.Request) -> web.Response:
        return web.Response(status=self.status)

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(await request.json())
        try:
            if not self.chunks:
                await self._hold()
                return web.json_response(self.reply, status=self.status)
            reply = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
            await reply.prepare(request)
            for chunk in self.chunks:
                await reply.write(chunk)
            await self._hold()
        except asyncio.CancelledError:
            self.hung_up.set()
            raise
        return reply

    async def _hold(self) -> None:
        self.entered.set()
        if self.holds:
            await asyncio.Event().wait()
