"""Redis: every command it was sent, every value it holds; its files are searched as files."""

import asyncio
import codecs
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

from redis.asyncio import Redis

from tests.canary.pieces import Piece
from tests.flow.system import System

_READ: Mapping[bytes, Callable[[Any, bytes], Awaitable[Any]]] = {
    b"string": lambda redis, key: redis.get(key),
    b"hash": lambda redis, key: redis.hgetall(key),
    b"list": lambda redis, key: redis.lrange(key, 0, -1),
    b"set": lambda redis, key: redis.smembers(key),
    b"zset": lambda redis, key: redis.zrange(key, 0, -1, withscores=True),
    b"stream": lambda redis, key: redis.xrange(key),
}


@asynccontextmanager
async def redis_of(system: System) -> AsyncIterator[Any]:
    password = (system.folder.secrets / "redis-password").read_text()
    async with Redis(port=system.part("redis").port or 0, password=password, protocol=2) as redis:
        yield redis


async def values(system: System) -> list[Piece]:
    """And what the server remembers besides: slow commands, clients, settings."""
    async with redis_of(system) as redis:
        found = [("keys", b"\n".join([key async for key in redis.scan_iter()]))]
        async for key in redis.scan_iter():
            value = await _READ[await redis.type(key)](redis, key)
            found.append((key.decode(errors="replace"), _flat(value)))
        about = ("SLOWLOG GET 1000", "CLIENT LIST", "INFO everything", "CONFIG GET *")
        return found + [(name, _flat(await redis.execute_command(*name.split()))) for name in about]


def _flat(value: Any) -> bytes:
    match value:
        case bytes():
            return value
        case dict():
            return b"\n".join(_flat(part) for pair in value.items() for part in pair)
        case list() | tuple() | set():
            return b"\n".join(map(_flat, value))
        case _:
            return str(value).encode()


async def write_plainly(system: System) -> None:
    """Before the run: a compressed value in a snapshot is no stream that a search could open."""
    async with redis_of(system) as redis:
        await redis.config_set("rdbcompression", "no")


async def write_files(system: System) -> None:
    async with redis_of(system) as redis:
        await redis.save()
        await redis.bgrewriteaof()
        while (await redis.info("persistence"))["aof_rewrite_in_progress"]:
            await asyncio.sleep(0.05)


@asynccontextmanager
async def monitor(system: System) -> AsyncIterator[bytearray]:
    """Fills with the output of MONITOR, its escapes undone."""
    seen = bytearray()
    password = (system.folder.secrets / "redis-password").read_text()
    reader, writer = await asyncio.open_connection("127.0.0.1", system.part("redis").port, limit=2**24)
    writer.write(f"AUTH {password}\r\nMONITOR\r\n".encode())
    for _ in range(2):
        assert await reader.readline() == b"+OK\r\n"

    async def listen() -> None:
        while line := await reader.readline():
            seen.extend(codecs.escape_decode(line)[0])

    listening = asyncio.create_task(listen())
    try:
        yield seen
    finally:
        listening.cancel()
        writer.close()
        with suppress(asyncio.CancelledError):
            await listening
