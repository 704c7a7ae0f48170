"""The runtime document from AppConfig: read at start, polled, hot-applied. An invalid one never becomes active."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Self

import structlog
from pydantic import ValidationError

from config.naming import Names
from config.runtime_document import RuntimeDocument
from runtime.contracts.unavailable import Unavailable
from runtime.kit.aws import aws_call, aws_client

log = structlog.get_logger()

FIRST_READ_RETRY_SECONDS = 1.0


@asynccontextmanager
async def active_settings(names: Names) -> AsyncIterator["Settings"]:
    """Waits for the first document, then polls until the end of the block."""
    async with aws_client("appconfigdata") as client, Settings(appconfigdata=client, names=names) as settings:
        yield settings


class Settings:
    """Calling it gives the active document: `settings().limits`. Enter it to read the first one and start polling."""

    def __init__(self, *, appconfigdata: Any, names: Names) -> None:
        self._client = appconfigdata
        self._names = names
        self._token: str | None = None
        self._document: RuntimeDocument | None = None
        self._stop = asyncio.Event()
        self._poller: asyncio.Task[None] | None = None

    def __call__(self) -> RuntimeDocument:
        if self._document is None:
            raise Unavailable("appconfig")
        return self._document

    async def __aenter__(self) -> Self:
        while self._document is None:
            await self.refresh()
            if self._document is None:
                await self._pause(FIRST_READ_RETRY_SECONDS)
        self._poller = asyncio.create_task(self._poll())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        if self._poller is not None:
            await self._poller

    async def refresh(self) -> None:
        """Reads once; whatever goes wrong is logged, and the last good document stays."""
        try:
            async with aws_call("appconfig"):
                body = await self._fetch()
        except Unavailable:
            # The token may be what is wrong: it expires after a day.
            self._token = None
            log.warning("settings_unreachable", next_step="check AppConfig and the network; the last good one stays")
            return
        if not body:
            return
        try:
            document = RuntimeDocument.model_validate_json(body)
        except ValidationError as error:
            fields = [".".join(map(str, found["loc"])) for found in error.errors(include_input=False)]
            next_step = "deploy a valid document; the last good one stays"
            log.error("settings_invalid", fields=fields, next_step=next_step)  # noqa: TRY400 - a traceback shows values
            return
        self._document = document
        log.info("settings_active", schema_version=document.schema_version)

    async def _fetch(self) -> bytes:
        """The document, or nothing where it has not changed since the last call."""
        if self._token is None:
            session = await self._client.start_configuration_session(
                ApplicationIdentifier=self._names.appconfig_application,
                EnvironmentIdentifier=self._names.appconfig_environment,
                ConfigurationProfileIdentifier=self._names.appconfig_profile,
                RequiredMinimumPollIntervalInSeconds=15,
            )
            self._token = session["InitialConfigurationToken"]
        latest = await self._client.get_latest_configuration(ConfigurationToken=self._token)
        self._token = latest["NextPollConfigurationToken"]
        body: bytes = await latest["Configuration"].read()
        return body

    async def _poll(self) -> None:
        while not self._stop.is_set():
            await self._pause(self().limits.config_poll_seconds)
            if not self._stop.is_set():
                await self.refresh()

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return
