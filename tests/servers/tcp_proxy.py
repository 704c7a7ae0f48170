"""A TCP proxy between a client and a server, that can be told to misbehave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum, auto


class Mode(Enum):
    PASS = auto()
    REFUSE = auto()
    """New connections are closed at once, and so are the open ones."""
    SILENT = auto()
    """Takes everything, forwards nothing."""
    LOSE_REPLY = auto()
    """Forwards the next request to the server, closes instead of passing the reply on, then behaves again."""


class TcpProxy:
    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._mode = Mode.PASS
        self._writers: set[asyncio.StreamWriter] = set()
        self.connections = 0
        self.port = 0

    def set(self, mode: Mode) -> None:
        self._mode = mode
        if mode is Mode.REFUSE:
            for writer in list(self._writers):
                writer.transport.abort()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self._mode is Mode.REFUSE:
            writer.transport.abort()
            return
        up_reader, up_writer = await asyncio.open_connection(*self._target)
        self._writers |= {writer, up_writer}
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._pump(reader, up_writer, replies=False))
                tasks.create_task(self._pump(up_reader, writer, replies=True))
        finally:
            for end in (writer, up_writer):
                end.transport.abort()
                self._writers.discard(end)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, replies: bool) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                if self._mode is Mode.SILENT:
                    continue
                if replies and self._mode is Mode.LOSE_REPLY:
                    self._mode = Mode.PASS
                    break
                writer.write(data)
                await writer.drain()
        writer.transport.abort()


@asynccontextmanager
async def tcp_proxy(host: str, port: int) -> AsyncIterator[TcpProxy]:
    proxy = TcpProxy(host, port)
    handlers: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.create_task(proxy.handle(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in handlers:
            task.cancel()
        if handlers:
            await asyncio.wait(handlers)
