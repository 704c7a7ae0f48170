"""Builds the redis-service's app: the settings, the link to Redis and the subscription that wakes waiters."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import Scope

from config.limits import Limits
from config.mounted_secrets import REDIS_PASSWORD_FILE
from config.runtime_document import RuntimeDocument
from config.topology import REDIS
from runtime.contracts.record_size import max_record_bytes
from runtime.kit.app import Lifespan, service_app
from runtime.kit.environment import ProcessEnvironment
from runtime.kit.settings import active_settings
from runtime.redis_service.endings import Endings
from runtime.redis_service.endpoints import router
from runtime.redis_service.link import RedisLink
from runtime.redis_service.store import RedisRequestStates
from runtime.redis_service.sweeper import Sweeper


def create_app(environment: ProcessEnvironment) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with AsyncExitStack() as stack:
            settings = await stack.enter_async_context(active_settings(environment.names))
            yield await open_state(stack, document=settings, password=lambda: environment.secret(REDIS_PASSWORD_FILE))

    return app_with(lifespan)


def app_with(lifespan: Lifespan) -> FastAPI:
    return service_app(REDIS, lifespan=lifespan, routers=[router], max_body_bytes=_max_body_bytes)


async def open_state(
    stack: AsyncExitStack, *, document: Callable[[], RuntimeDocument], password: Callable[[], SecretStr | None]
) -> dict[str, Any]:
    def limits() -> Limits:
        return document().limits

    redis = await stack.enter_async_context(RedisLink(address=lambda: document().redis, password=password))
    endings = await stack.enter_async_context(Endings(redis=redis))
    await stack.enter_async_context(Sweeper(redis=redis, limits=limits))
    states = RedisRequestStates(redis=redis, endings=endings, limits=limits)
    return {"states": states, "limits": limits, "readiness": redis.readiness}


def _max_body_bytes(scope: Scope) -> int:
    limits: Callable[[], Limits] = scope["state"]["limits"]
    return max_record_bytes(limits())
