"""Builds the persistence-service's app: the settings, the connections to MySQL and the schema's migrations."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import Scope

from config.limits import Limits
from config.mounted_secrets import MYSQL_PASSWORD_FILE, MYSQL_USERNAME_FILE
from config.runtime_document import RuntimeDocument
from config.topology import PERSISTENCE, Flow
from runtime.contracts.record_size import max_record_bytes
from runtime.kit.app import Lifespan, service_app
from runtime.kit.environment import ProcessEnvironment
from runtime.kit.settings import active_settings
from runtime.kit.tokens import Tokens
from runtime.persistence.calibration_endpoints import router as calibration_router
from runtime.persistence.calibrations import MySqlCalibrations
from runtime.persistence.database import Credentials, Database
from runtime.persistence.endpoints import router
from runtime.persistence.migrate import Migrations
from runtime.persistence.store import MySqlHistory


def create_app(environment: ProcessEnvironment) -> FastAPI:
    def credentials() -> Credentials:
        username, password = environment.secret(MYSQL_USERNAME_FILE), environment.secret(MYSQL_PASSWORD_FILE)
        return Credentials(
            username=username.get_secret_value() if username else "root",
            password=password or SecretStr(""),
            authorities=environment.mysql_authorities,
        )

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        async with AsyncExitStack() as stack:
            settings = await stack.enter_async_context(active_settings(environment.names))
            state = await open_state(stack, document=settings, credentials=credentials)
            yield {**state, "settings_status": settings.status}

    return app_with(lifespan, tokens=environment.tokens)


def app_with(lifespan: Lifespan, *, tokens: Callable[[Flow], Tokens]) -> FastAPI:
    return service_app(
        PERSISTENCE,
        lifespan=lifespan,
        routers=[router, calibration_router],
        max_body_bytes=_max_body_bytes,
        tokens=tokens,
    )


async def open_state(
    stack: AsyncExitStack, *, document: Callable[[], RuntimeDocument], credentials: Callable[[], Credentials]
) -> dict[str, Any]:
    def limits() -> Limits:
        return document().limits

    database = await stack.enter_async_context(Database(address=lambda: document().mysql, credentials=credentials))
    migrations = await stack.enter_async_context(Migrations(address=lambda: document().mysql, credentials=credentials))
    history = await stack.enter_async_context(MySqlHistory(database=database))

    async def readiness() -> Mapping[str, str]:
        return await migrations.readiness() | await database.readiness()

    return {
        "history": history,
        "calibrations": MySqlCalibrations(database=database),
        "limits": limits,
        "readiness": readiness,
        "migrated": migrations.done,
    }


def _max_body_bytes(scope: Scope) -> int:
    limits: Callable[[], Limits] = scope["state"]["limits"]
    return max_record_bytes(limits())
