"""The store under test on a Redis of the test's choice, and an administrator's client beside it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from pydantic import SecretStr
from redis.asyncio import Redis

from config.limits import Limits
from config.runtime_document import RedisAddress
from runtime.local.replacements import RedisServer
from runtime.redis_service.endings import Endings
from runtime.redis_service.link import RedisLink
from runtime.redis_service.store import RECHECK_SECONDS, RedisRequestStates


@dataclass(frozen=True)
class Subject:
    states: RedisRequestStates
    endings: Endings
    redis: RedisLink


@asynccontextmanager
async def open_subject(
    redis: RedisServer,
    *,
    limits: Limits | None = None,
    address: Callable[[], RedisAddress] | None = None,
    recheck_seconds: float = RECHECK_SECONDS,
) -> AsyncIterator[Subject]:
    chosen = limits or Limits()
    password = SecretStr(redis.password) if redis.password else None
    link = RedisLink(address=address or (lambda: redis.address), password=lambda: password)
    async with link, Endings(redis=link) as endings:
        states = RedisRequestStates(redis=link, endings=endings, limits=lambda: chosen, recheck_seconds=recheck_seconds)
        yield Subject(states, endings, link)


@asynccontextmanager
async def admin(redis: RedisServer) -> AsyncIterator[Redis]:
    async with Redis(
        host=redis.address.host, port=redis.address.port, password=redis.password or None, decode_responses=True
    ) as client:
        yield client
