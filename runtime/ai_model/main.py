"""The ai-model-service put together: engine and HTTP client live as long as the app does."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TypedDict

import aiohttp
from fastapi import FastAPI

from runtime.ai_model.api_errors import ApiError, handle_api_error, handle_method_not_allowed, handle_not_found
from runtime.ai_model.endpoints import router
from runtime.ai_model.engine import Engine
from runtime.ai_model.service import MAX_UNFINISHED, ChatService
from runtime.ai_model.settings import Settings


class State(TypedDict):
    service: ChatService


def create_app(settings: Settings) -> FastAPI:
    """Loads the weights when the app starts, so that it accepts no connection before it can answer."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[State]:
        async with AsyncExitStack() as stack:
            engine = await asyncio.to_thread(Engine, settings)
            stack.callback(engine.close)
            yield {"service": await connect(stack, engine.address, model_name=settings.model_name)}

    app = FastAPI(title="ai-model-service", lifespan=lifespan, openapi_url=None)
    app.include_router(router)
    app.add_exception_handler(ApiError, handle_api_error)
    app.add_exception_handler(Exception, handle_api_error)
    app.add_exception_handler(404, handle_not_found)
    app.add_exception_handler(405, handle_method_not_allowed)
    return app


async def connect(stack: AsyncExitStack, engine_address: str, *, model_name: str) -> ChatService:
    connector = aiohttp.TCPConnector(limit=MAX_UNFINISHED + 1)
    http = await stack.enter_async_context(aiohttp.ClientSession(engine_address, connector=connector))
    return ChatService(http=http, model_name=model_name)
