"""Just enough HTTP/1.1 to read one request and to send a reply in any manner, also a wrong one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tests.stubs.wire_reply import Manner, WireReply

CHUNK_BYTES = 64 * 1024
DRIP_SECONDS = 1.0


@dataclass(frozen=True)
class HttpRequest:
    method: str
    path: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for found, value in self.headers if found.lower() == name), "")


async def read_request(reader: asyncio.StreamReader) -> HttpRequest | None:
    """None where the caller has left."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        first, *lines = head.rstrip("\r\n").split("\r\n")
        method, path, _ = first.split(" ")
        headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
        length = next((int(value) for name, value in headers if name.lower() == "content-length"), 0)
        return HttpRequest(method, path, headers, await reader.readexactly(length))
    except (asyncio.IncompleteReadError, ConnectionError):
        return None


async def send_reply(
    reply: WireReply,
    *,
    reason: str,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    count: Callable[[int], None],
) -> bool:
    """Whether the connection may serve another request."""
    if reply.delay_seconds and await _left_within(reply.delay_seconds, reader):
        return False
    if reply.manner is Manner.RESET:
        return False
    if reply.manner is Manner.HANG:
        await reader.read()
        return False
    headers = {"content-type": reply.content_type, "content-length": str(len(reply.body))} | reply.headers
    lines = [f"HTTP/1.1 {reply.status} {reason}", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace"))
    body = reply.body[: len(reply.body) // 2] if reply.manner is Manner.BROKEN_OFF else reply.body
    if reply.manner is Manner.DRIP:
        await _drip(body, reader, writer)
        return False
    for start in range(0, len(body), CHUNK_BYTES):
        part = body[start : start + CHUNK_BYTES]
        writer.write(part)
        await writer.drain()
        count(len(part))
    return reply.manner is Manner.WHOLE


async def _drip(body: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    for position in range(len(body)):
        writer.write(body[position : position + 1])
        if await _left_within(DRIP_SECONDS, reader):
            return


async def _left_within(seconds: float, reader: asyncio.StreamReader) -> bool:
    """Whether the caller closed the connection. It sends nothing while it waits for a reply."""
    try:
        async with asyncio.timeout(seconds):
            return not await reader.read(1)
    except TimeoutError:
        return False
