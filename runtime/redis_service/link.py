"""The connection to Redis: every wait has an end, nothing is sent twice behind our back, and errors become our own."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Self

import structlog
from pydantic import SecretStr
from redis.asyncio import BlockingConnectionPool, Redis, SSLConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.credentials import CredentialProvider
from redis.exceptions import NoScriptError, RedisError

from config.runtime_document import RedisAddress
from runtime.contracts.unavailable import Unavailable
from runtime.kit.batching import Batcher
from runtime.kit.crash_points import CrashPoint, crash_point
from runtime.redis_service.scripts import Script

log = structlog.get_logger()

CONNECT_SECONDS = 1.0
SOCKET_SECONDS = 2.0
CALL_SECONDS = 4.0
"""One round trip from start to end: waiting for a free connection, connecting, sending, reading."""
TOTAL_SECONDS = 8.0
"""A command from its caller's point of view: waiting for its pipeline to leave, and the round trip."""
READINESS_SECONDS = 2.0
HEALTH_CHECK_SECONDS = 15
"""A connection that idled longer is pinged before it is used."""
MAX_CONNECTIONS = 8
MAX_BATCH = 64
MAX_BATCHES_IN_FLIGHT = 2
"""One fills while the other is on its way: a command in a pipeline costs about a third of one sent alone."""

Command = tuple[str | int, ...]


class RedisLink:
    """Sends what concurrent callers ask for in pipelines, each command on its own: one that fails harms no other."""

    def __init__(self, *, address: Callable[[], RedisAddress], password: Callable[[], SecretStr | None]) -> None:
        self._wanted = address
        self._credentials = _Credentials(password)
        self._address: RedisAddress | None = None
        self._client: Redis | None = None
        self._clients = AsyncExitStack()
        self._batcher: Batcher[Command, Any] = Batcher(
            self._send, max_items=MAX_BATCH, max_in_flight=MAX_BATCHES_IN_FLIGHT
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._batcher.aclose()
        await self._clients.aclose()

    def client(self) -> Redis:
        """Of the address that the document names now; a new address gives a new client."""
        address = self._wanted()
        if self._client is None or address != self._address:
            # The replaced client ends with the process: commands may still be running on it.
            self._client = _open(address, self._credentials)
            self._clients.push_async_callback(self._client.aclose)
            self._address = address
        return self._client

    async def execute(self, *command: str | int) -> Any:
        """Raises Unavailable."""
        async with reaching_redis(seconds=TOTAL_SECONDS):
            return await self._batcher.submit(command)

    async def execute_all(self, commands: Sequence[Command]) -> list[Any]:
        """In one round trip. Raises Unavailable where one of them fails."""
        async with reaching_redis():
            replies = await self._send(commands)
            for reply in replies:
                if isinstance(reply, Exception):
                    raise reply
            return replies

    async def run(self, script: Script, *, keys: Sequence[str], args: Sequence[str | int]) -> Any:
        """Raises Unavailable."""
        async with reaching_redis(seconds=TOTAL_SECONDS):
            try:
                reply = await self._batcher.submit(("EVALSHA", script.sha, len(keys), *keys, *args))
            except NoScriptError:
                # A Redis that was restarted or replaced: it has run nothing, so sending the text runs it once.
                reply = await self._batcher.submit(("EVAL", script.text, len(keys), *keys, *args))
            crash_point(CrashPoint.REDIS_WRITTEN)
            return reply

    async def readiness(self) -> dict[str, str]:
        try:
            async with reaching_redis(seconds=READINESS_SECONDS):
                await self._send([("PING",)])
        except Unavailable:
            return {"redis": "unreachable"}
        return {}

    async def _send(self, commands: Sequence[Command]) -> list[Any]:
        async with reaching_redis(), self.client().pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            replies: list[Any] = await pipeline.execute(raise_on_error=False)
            return replies


class _Credentials(CredentialProvider):
    """Asked at every new connection, so that a rotated password needs no restart."""

    def __init__(self, password: Callable[[], SecretStr | None]) -> None:
        self._password = password

    def get_credentials(self) -> Any:
        password = self._password()
        return (password.get_secret_value(),) if password else ()

    async def get_credentials_async(self) -> Any:
        return self.get_credentials()


@asynccontextmanager
async def reaching_redis(*, seconds: float = CALL_SECONDS) -> AsyncIterator[None]:
    """Turns whatever goes wrong into Unavailable. Its words may hold a value: only the name is logged."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except (RedisError, OSError, TimeoutError) as error:
        log.warning("redis_failed", error=type(error).__name__, next_step="check that Redis is up and has memory left")
        raise Unavailable("redis") from None


def _open(address: RedisAddress, credentials: _Credentials) -> Redis:
    transport: dict[str, Any] = {"connection_class": SSLConnection} if address.tls else {}
    pool = BlockingConnectionPool(
        host=address.host,
        port=address.port,
        credential_provider=credentials,
        max_connections=MAX_CONNECTIONS,
        timeout=CALL_SECONDS,
        socket_timeout=SOCKET_SECONDS,
        socket_connect_timeout=CONNECT_SECONDS,
        health_check_interval=HEALTH_CHECK_SECONDS,
        # redis-py repeats a command up to ten times by itself: an attempt would be counted twice after a lost reply.
        retry=Retry(NoBackoff(), 0),
        protocol=2,
        **transport,
    )
    return Redis.from_pool(pool)
