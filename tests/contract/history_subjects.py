"""The histories that must keep the contract: the fake, and the persistence-service over HTTP on a real MySQL server."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr

from config.callers import flow_between
from config.limits import Limits
from config.topology import GATEWAY, JUDGE, PERSISTENCE
from runtime.clients.http_calibrations import HttpCalibrations
from runtime.clients.http_history import HttpHistory
from runtime.clients.session import open_session
from runtime.contracts.history import History
from runtime.local.replacements import MySqlServer
from runtime.persistence.database import Credentials
from runtime.persistence.main import app_with, open_state
from tests.fakes.history import InMemoryHistory
from tests.runtime.documents import runtime_document
from tests.runtime.tokens import made_up_tokens
from tests.servers.http_server import serving

DEFAULT_LIMITS = Limits()


def credentials(mysql: MySqlServer) -> Credentials:
    return Credentials(username=mysql.username, password=SecretStr(mysql.password))


def persistence_app(mysql: MySqlServer, limits: Limits = DEFAULT_LIMITS) -> FastAPI:
    """Its requests wait for the schema, which a cluster leaves to the readiness probe."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        document = runtime_document(mysql=mysql.address, limits=limits)
        async with AsyncExitStack() as stack:
            state = await open_state(stack, document=lambda: document, credentials=lambda: credentials(mysql))
            await state["migrated"].wait()
            yield state

    return app_with(lifespan, tokens=made_up_tokens)


@asynccontextmanager
async def in_memory() -> AsyncIterator[History]:
    yield InMemoryHistory()


@asynccontextmanager
async def over_http(mysql: MySqlServer, limits: Limits = DEFAULT_LIMITS) -> AsyncIterator[HttpHistory]:
    async with serving(persistence_app(mysql, limits)) as url, open_session() as session:
        tokens = made_up_tokens(flow_between(JUDGE, PERSISTENCE))
        yield HttpHistory(session=session, base_url=lambda: url, tokens=tokens)


@asynccontextmanager
async def calibrations_over_http(mysql: MySqlServer) -> AsyncIterator[HttpCalibrations]:
    async with serving(persistence_app(mysql)) as url, open_session() as session:
        tokens = made_up_tokens(flow_between(GATEWAY, PERSISTENCE))
        yield HttpCalibrations(session=session, base_url=lambda: url, tokens=tokens)
