"""A TCP proxy that can be told to misbehave: in a test's own loop, or between processes."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from enum import Enum, auto

from tests.servers.thread import in_a_thread

DRIP_SECONDS = 1.0
CHUNK_BYTES = 65536
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no time: closing sends RST in place of FIN."""


class Mode(Enum):
    PASS = auto()
    REFUSE = auto()
    """New connections are closed at once, and so are the open ones."""
    SILENT = auto()
    """Takes everything, forwards nothing, in either direction."""
    LOSE_REPLY = auto()
    """Forwards requests; closes in place of passing the next reply on, then behaves again."""
    DELAY = auto()
    """Everything comes later, in both directions."""
    DRIP = auto()
    """Replies pass at one byte a second."""
    RESET = auto()
    """Half of the next reply's first bytes, then a reset; then it behaves again."""


class TcpProxy:
    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._mode = Mode.PASS
        self._seconds = 0.0
        self._replies_to_pass = 0
        self._writers: set[asyncio.StreamWriter] = set()
        self.connections = 0
        self.port = 0

    def set(self, mode: Mode, *, seconds: float = 0.0, after_replies: int = 0) -> None:
        """`seconds`: of DELAY. `after_replies`: how many LOSE_REPLY and RESET let pass first."""
        self._mode, self._seconds, self._replies_to_pass = mode, seconds, after_replies
        if mode is Mode.REFUSE:
            for writer in list(self._writers):
                writer.transport.abort()

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        if self._mode is Mode.REFUSE:
            writer.transport.abort()
            return
        try:
            up_reader, up_writer = await asyncio.open_connection(*self._target)
        except OSError:
            writer.transport.abort()
            return
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
            while data := await reader.read(CHUNK_BYTES):
                if self._mode is Mode.SILENT:
                    continue
                if self._mode is Mode.DELAY:
                    await asyncio.sleep(self._seconds)
                if replies and self._breaks_this_reply():
                    if self._end_of_the_fault() is Mode.RESET:
                        _reset(writer, data[: len(data) // 2])
                    break
                await self._pass_on(data, writer, drip=replies and self._mode is Mode.DRIP)
        writer.transport.abort()

    def _breaks_this_reply(self) -> bool:
        if self._mode not in (Mode.LOSE_REPLY, Mode.RESET):
            return False
        self._replies_to_pass -= 1
        return self._replies_to_pass < 0

    def _end_of_the_fault(self) -> Mode:
        ended, self._mode = self._mode, Mode.PASS
        return ended

    async def _pass_on(self, data: bytes, writer: asyncio.StreamWriter, *, drip: bool) -> None:
        pieces = (data[at : at + 1] for at in range(len(data))) if drip else (data,)
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            if drip and self._mode is Mode.DRIP:
                await asyncio.sleep(DRIP_SECONDS)


def _reset(writer: asyncio.StreamWriter, first: bytes) -> None:
    writer.write(first)
    link: socket.socket = writer.get_extra_info("socket")
    link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


@asynccontextmanager
async def tcp_proxy(host: str, port: int) -> AsyncIterator[TcpProxy]:
    proxy = TcpProxy(host, port)
    handlers: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handler = asyncio.create_task(proxy.handle(reader, writer))
        handlers.add(handler)
        handler.add_done_callback(handlers.discard)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        for task in list(handlers):
            task.cancel()
        if handlers:
            await asyncio.wait(handlers)


class ProxyBetweenProcesses:
    """Of a proxy in a thread: it outlives the event loop of a single test."""

    def __init__(self, proxy: TcpProxy, loop: asyncio.AbstractEventLoop) -> None:
        self._proxy = proxy
        self._loop = loop
        self.port = proxy.port

    def set(self, mode: Mode, *, seconds: float = 0.0, after_replies: int = 0) -> None:
        """Returns once it holds."""

        async def change() -> None:
            self._proxy.set(mode, seconds=seconds, after_replies=after_replies)

        asyncio.run_coroutine_threadsafe(change(), self._loop).result()


@contextmanager
def proxy_between_processes(host: str, port: int) -> Iterator[ProxyBetweenProcesses]:
    with in_a_thread(tcp_proxy(host, port)) as (proxy, loop):
        yield ProxyBetweenProcesses(proxy, loop)
