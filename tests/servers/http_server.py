"""Serves an app over real HTTP inside the test's own event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
from fastapi import FastAPI

from runtime.kit.bounded_http import BoundedHttp


class _Server(uvicorn.Server):
    """Tells when it listens, and leaves the test runner's signal handlers alone."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


@asynccontextmanager
async def serving(app: FastAPI, *, http: type[BoundedHttp] = BoundedHttp) -> AsyncIterator[str]:
    """The base URL of `app`, listening on a free port of 127.0.0.1 until the block ends."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, http=http, log_config=None, access_log=False, timeout_graceful_shutdown=5)
        server = _Server(config)
        async with asyncio.TaskGroup() as tasks:
            run = tasks.create_task(server.serve([listener]))
            listening = tasks.create_task(server.listening.wait())
            await asyncio.wait([run, listening], return_when=asyncio.FIRST_COMPLETED)
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
            finally:
                server.should_exit = True
