"""Raw sockets against a service: whoever sends slowly, endlessly or ambiguously is cut off, and others are served."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest
from fastapi import FastAPI, Request

from config.limits import HEAD_BYTES
from runtime.kit.bounded_http import BoundedHttp
from tests.servers.http_server import serving

PATIENCE_SECONDS = 10
REQUEST = b"POST /length HTTP/1.1\r\nHost: a\r\n"


class Impatient(BoundedHttp):
    request_seconds = 0.3


@asynccontextmanager
async def service() -> AsyncIterator[str]:
    app = FastAPI()

    @app.post("/length")
    async def length(request: Request) -> int:
        return len(await request.body())

    async with serving(app, http=Impatient) as url:
        yield url


class Link:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def rest(self) -> bytes:
        """Everything until the service closes the connection."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            try:
                return await self.reader.read()
            except ConnectionError:
                return b""


@asynccontextmanager
async def linked(url: str) -> AsyncIterator[Link]:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
    try:
        yield Link(reader, writer)
    finally:
        writer.transport.abort()


@pytest.mark.fault("F47")
@pytest.mark.parametrize(
    "start",
    [b"", REQUEST, REQUEST + b"Content-Length: 100\r\n\r\nabc", REQUEST + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab"],
    ids=["nothing", "half a head", "half a body", "half a chunk"],
)
async def test_a_request_that_is_never_whole_ends_its_connection_while_others_are_served(start: bytes) -> None:
    async with service() as url, linked(url) as slow, httpx2.AsyncClient(base_url=url, trust_env=False) as client:
        slow.writer.write(start)
        assert (await client.post("/length", content=b"12")).text == "2"
        assert await slow.rest() == b""
        assert (await client.post("/length", content=b"123")).text == "3"


@pytest.mark.fault("F47")
async def test_bytes_that_trickle_in_buy_no_time() -> None:
    async def trickle(link: Link) -> None:
        while True:
            link.writer.write(b"x")
            await asyncio.sleep(0.01)

    async with service() as url, linked(url) as slow:
        slow.writer.write(REQUEST + b"X-Slow: ")
        trickling = asyncio.create_task(trickle(slow))
        assert await slow.rest() == b""
        trickling.cancel()


async def test_a_connection_may_carry_many_requests_for_longer_than_one_may_take() -> None:
    async with service() as url, linked(url) as link:
        for _ in range(3):
            link.writer.write(REQUEST + b"Content-Length: 2\r\n\r\nab")
            assert b"200 OK" in await link.reader.readuntil(b"\r\n\r\n2")
            await asyncio.sleep(Impatient.request_seconds / 2)


@pytest.mark.fault("F47")
async def test_an_empty_line_after_a_request_keeps_no_connection_open() -> None:
    async with service() as url, linked(url) as link:
        link.writer.write(REQUEST + b"Content-Length: 2\r\n\r\nab")
        await link.reader.readuntil(b"\r\n\r\n2")
        link.writer.write(b"\r\n")
        async with asyncio.timeout(PATIENCE_SECONDS):
            assert await link.rest() == b""


@pytest.mark.fault("F48")
@pytest.mark.parametrize(
    "lengths",
    [
        b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
        b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n",
        b"Content-Length: 2\r\nContent-Length: 3\r\n",
        b"Content-Length: -1\r\n",
        b"Content-Length: 2 2\r\n",
    ],
    ids=ascii,
)
async def test_a_request_of_two_lengths_is_refused_and_nothing_after_it_is_read(lengths: bytes) -> None:
    async with service() as url, linked(url) as link:
        link.writer.write(REQUEST + lengths + b"\r\n0\r\n\r\n" + REQUEST + b"Content-Length: 2\r\n\r\nab")
        answer = await link.rest()
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.fault("F49")
@pytest.mark.parametrize(
    "head",
    [
        b"X-Large: " + b"x" * 100_000 + b"\r\n",
        b"".join(b"X-%d: %s\r\n" % (number, b"x" * 100) for number in range(1000)),
        b"X-Endless: " + b"x" * 100_000,
    ],
    ids=["one of 100 kB", "a thousand", "one without end"],
)
async def test_a_head_over_the_limit_is_refused(head: bytes) -> None:
    async with service() as url, linked(url) as link:
        link.writer.write(REQUEST + head + (b"\r\n" if head.endswith(b"\r\n") else b""))
        assert (await link.rest())[:12] in (b"HTTP/1.1 400", b"")
        async with httpx2.AsyncClient(base_url=url, trust_env=False) as client:
            assert (await client.post("/length", content=b"12")).text == "2"


@pytest.mark.fault("F49")
async def test_a_head_within_the_limit_is_served() -> None:
    async with service() as url, httpx2.AsyncClient(base_url=url, trust_env=False) as client:
        large = {"X-Large": "x" * (HEAD_BYTES - 1000)}
        assert (await client.post("/length", content=b"12", headers=large)).text == "2"
