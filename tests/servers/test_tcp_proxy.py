"""The proxy misbehaves as it is told, and behaves again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.servers.tcp_proxy import Mode, TcpProxy, proxy_between_processes, tcp_proxy

PATIENCE_SECONDS = 10
SOON_SECONDS = 0.2


class Client:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self.was_reset = False

    async def ask(self, text: bytes) -> bytes:
        """What the server answers to a line: the same line, or what of it came before the end."""
        self._writer.write(text)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._reader.readline()
        except ConnectionResetError:
            self.was_reset = True
            return b""


@asynccontextmanager
async def echo() -> AsyncIterator[tuple[int, list[bytes]]]:
    """The port of a server that answers each line with itself, and the lines that it saw."""
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            seen.append(line)
            writer.write(line)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], seen


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Client]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Client(reader, writer)
    finally:
        writer.transport.abort()


@pytest.fixture
async def seen_and_proxy() -> AsyncIterator[tuple[list[bytes], TcpProxy]]:
    async with echo() as (port, seen), tcp_proxy("127.0.0.1", port) as proxy:
        yield seen, proxy


async def test_it_passes_everything_on(seen_and_proxy: tuple[list[bytes], TcpProxy]) -> None:
    _, proxy = seen_and_proxy
    async with connected(proxy.port) as client:
        assert [await client.ask(line) for line in (b"one\n", b"two\n")] == [b"one\n", b"two\n"]


async def test_refusing_closes_open_and_new_connections(seen_and_proxy: tuple[list[bytes], TcpProxy]) -> None:
    _, proxy = seen_and_proxy
    async with connected(proxy.port) as client:
        await client.ask(b"one\n")
        proxy.set(Mode.REFUSE)
        assert await client.ask(b"two\n") == b""
    async with connected(proxy.port) as client:
        assert await client.ask(b"three\n") == b""


async def test_silent_it_forwards_nothing(seen_and_proxy: tuple[list[bytes], TcpProxy]) -> None:
    seen, proxy = seen_and_proxy
    async with connected(proxy.port) as client:
        proxy.set(Mode.SILENT)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.ask(b"one\n"), SOON_SECONDS)
    assert seen == []


@pytest.mark.parametrize("after", [0, 2])
async def test_a_lost_reply_is_one_whose_request_arrived(
    seen_and_proxy: tuple[list[bytes], TcpProxy], after: int
) -> None:
    seen, proxy = seen_and_proxy
    proxy.set(Mode.LOSE_REPLY, after_replies=after)
    async with connected(proxy.port) as client:
        answers = [await client.ask(b"x\n") for _ in range(after + 1)]
    assert answers == [b"x\n"] * after + [b""]
    assert len(seen) == after + 1
    async with connected(proxy.port) as client:
        assert await client.ask(b"again\n") == b"again\n"


async def test_a_reset_comes_in_the_middle_of_a_reply(seen_and_proxy: tuple[list[bytes], TcpProxy]) -> None:
    _, proxy = seen_and_proxy
    proxy.set(Mode.RESET)
    async with connected(proxy.port) as client:
        assert await client.ask(b"12345678\n") in (b"", b"1234")
        assert await client.ask(b"more\n") == b""
        assert client.was_reset


async def test_a_drip_is_a_byte_at_a_time(seen_and_proxy: tuple[list[bytes], TcpProxy]) -> None:
    seen, proxy = seen_and_proxy
    proxy.set(Mode.DRIP)
    async with connected(proxy.port) as client:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.ask(b"one\n"), SOON_SECONDS)
    assert seen == [b"one\n"]


async def test_a_delay_delays_both_ways(seen_and_proxy: tuple[list[bytes], TcpProxy]) -> None:
    _, proxy = seen_and_proxy
    proxy.set(Mode.DELAY, seconds=0.1)
    async with connected(proxy.port) as client:
        asked = asyncio.get_running_loop().time()
        assert await client.ask(b"one\n") == b"one\n"
        assert asyncio.get_running_loop().time() - asked >= 0.2


async def test_between_processes_it_is_told_from_another_loop() -> None:
    async with echo() as (port, _):
        with proxy_between_processes("127.0.0.1", port) as proxy:
            async with connected(proxy.port) as client:
                assert await client.ask(b"one\n") == b"one\n"
                await asyncio.to_thread(proxy.set, Mode.REFUSE)
                assert await client.ask(b"two\n") == b""
