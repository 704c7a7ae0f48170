"""An HTTP/1.1 server on a real socket that answers, or hangs up, as the test says; it keeps connections alive."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b"{}"


class HangUp:
    """Reads the request and closes the connection without a word, like a server that was just stopped."""


class Silence:
    """Reads the request and never answers."""


@dataclass
class ScriptedServer:
    script: list[Reply | HangUp | Silence] = field(default_factory=list)
    """What happens to the next requests, in order."""
    requests: list[str] = field(default_factory=list)
    """Their first lines."""
    connections: int = 0
    url: str = ""

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                self.requests.append(head.split(b" HTTP")[0].decode())
                await reader.readexactly(_content_length(head))
                match self.script.pop(0):
                    case Reply(status, body):
                        length = f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n\r\n"
                        writer.write(length.encode() + body)
                    case HangUp():
                        return
                    case Silence():
                        await asyncio.Event().wait()
        except asyncio.IncompleteReadError:
            return
        finally:
            writer.close()


def _content_length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


@asynccontextmanager
async def scripted_server() -> AsyncIterator[ScriptedServer]:
    scripted = ScriptedServer()
    handlers: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        handlers.add(asyncio.create_task(scripted.handle(reader, writer)))

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    scripted.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield scripted
    finally:
        server.close()
        for handler in handlers:
            handler.cancel()
        if handlers:
            await asyncio.wait(handlers)
