"""The pacings that must keep the contract, each on a clock that the test moves: the fake, Redis, and both over HTTP."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from fastapi import FastAPI
from pydantic import SecretStr

from config.callers import flow_between
from config.topology import INFERENCE, REDIS, Provider
from runtime.clients.http_call_pacing import HttpCallPacing
from runtime.clients.session import open_session
from runtime.contracts.pacing import CallPacing, CallReport, CallRequest, PacedKey, RateLimits
from runtime.kit.app import service_app
from runtime.local.replacements import RedisServer
from runtime.redis_service.link import RedisLink
from runtime.redis_service.pacing import RedisCallPacing
from runtime.redis_service.pacing_endpoints import router
from runtime.redis_service.pacing_scripts import pacing_scripts
from tests.fakes.call_pacing import InMemoryCallPacing
from tests.runtime.redis_service.stores import admin
from tests.runtime.tokens import made_up_tokens
from tests.servers.http_server import serving

CHECK_IN_SECONDS = 400.0
START = 1_796_000_000.25


@dataclass
class Subject:
    pacing: CallPacing
    pass_time: Callable[[float], Any]
    """Awaitable; in seconds."""


def fresh_key(**changes: Any) -> PacedKey:
    """Suites share one server; a key of its own keeps a test alone on it."""
    fields = {"key_id": uuid4().hex[:16], "provider": Provider.OPENAI, "model": "gpt-x"}
    return PacedKey.model_validate(fields | changes)


def asking(
    key: PacedKey, call: int | str, *, rpm: float | None = 60, tpm: float | None = None, **rest: Any
) -> CallRequest:
    limits = RateLimits(requests_per_minute=rpm, tokens_per_minute=tpm)
    fields = {"tokens": 100, "limits": limits, "patience_seconds": 3600, "check_in_seconds": CHECK_IN_SECONDS}
    return CallRequest(key=key, call_id=str(call), **fields | rest)


def refused(request: CallRequest, **rest: Any) -> CallReport:
    return CallReport(request=request, throttled=True, **rest)


@asynccontextmanager
async def in_memory() -> AsyncIterator[Subject]:
    now = START

    async def pass_time(seconds: float) -> None:
        nonlocal now
        now += seconds

    yield Subject(InMemoryCallPacing(now=lambda: now), pass_time)


@asynccontextmanager
async def on_redis(redis: RedisServer) -> AsyncIterator[Subject]:
    """The clock is a value in Redis that its Lua reads in place of TIME."""
    name = f"test-clock:{uuid4().hex}"
    async with admin(redis) as by_hand, link_to(redis) as link:
        await by_hand.set(name, repr(START))

        async def pass_time(seconds: float) -> None:
            await by_hand.set(name, repr(float(await by_hand.get(name) or 0) + seconds))

        scripts = pacing_scripts(clock=f"tonumber(redis.call('GET', '{name}'))")
        yield Subject(RedisCallPacing(redis=link, scripts=scripts), pass_time)


@asynccontextmanager
async def over_http(redis: RedisServer) -> AsyncIterator[Subject]:
    async with on_redis(redis) as inner, serving(pacing_app(inner.pacing)) as url, open_session() as session:
        tokens = made_up_tokens(flow_between(INFERENCE, REDIS))
        yield Subject(HttpCallPacing(session=session, base_url=lambda: url, tokens=tokens), inner.pass_time)


@asynccontextmanager
async def link_to(redis: RedisServer) -> AsyncIterator[RedisLink]:
    password = SecretStr(redis.password) if redis.password else None
    async with RedisLink(address=lambda: redis.address, password=lambda: password) as link:
        yield link


def pacing_app(pacing: CallPacing) -> FastAPI:
    async def ready() -> dict[str, str]:
        return {}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        yield {"pacing": pacing, "readiness": ready}

    return service_app(
        REDIS, lifespan=lifespan, routers=[router], max_body_bytes=lambda _: 100_000, tokens=made_up_tokens
    )


OPENERS: dict[str, Callable[[RedisServer], AbstractAsyncContextManager[Subject]]] = {
    "redis": on_redis,
    "http": over_http,
}
