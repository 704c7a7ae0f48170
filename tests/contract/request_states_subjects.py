"""The request states that must keep the contract: the fake, and the redis-service over HTTP on a real Redis."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from config.callers import flow_between
from config.limits import Limits
from config.topology import GATEWAY, REDIS
from runtime.clients.http_request_states import HttpRequestStates
from runtime.clients.session import open_session
from runtime.contracts.states import RequestStates
from runtime.local.replacements import RedisServer
from runtime.redis_service.main import app_with, open_state
from tests.fakes.request_states import InMemoryRequestStates
from tests.runtime.documents import runtime_document
from tests.runtime.tokens import made_up_tokens
from tests.servers.http_server import serving

DEFAULT_LIMITS = Limits()


def redis_app(redis: RedisServer, limits: Limits = DEFAULT_LIMITS) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        document = runtime_document(redis=redis.address, limits=limits)
        password = SecretStr(redis.password) if redis.password else None
        async with AsyncExitStack() as stack:
            yield await open_state(stack, document=lambda: document, password=lambda: password)

    return app_with(lifespan, tokens=made_up_tokens)


@asynccontextmanager
async def in_memory() -> AsyncIterator[RequestStates]:
    yield InMemoryRequestStates()


@asynccontextmanager
async def over_http(redis: RedisServer, limits: Limits = DEFAULT_LIMITS) -> AsyncIterator[HttpRequestStates]:
    async with serving(redis_app(redis, limits)) as url, open_session() as session:
        tokens = made_up_tokens(flow_between(GATEWAY, REDIS))
        yield HttpRequestStates(session=session, base_url=lambda: url, tokens=tokens)
