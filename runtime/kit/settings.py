"""The runtime document from AppConfig: read at start, polled, hot-applied. An invalid one never becomes active."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, Self, TypeVar

import structlog

from config.limits import APPCONFIG_POLL_SECONDS
from config.naming import Names
from config.runtime_document import RuntimeDocument
from runtime.contracts.unavailable import Unavailable
from runtime.kit.aws import aws_call, aws_client
from runtime.kit.poller import Poller
from runtime.kit.settings_document import InvalidDocument, parse_document, read_content, version_of
from runtime.kit.settings_status import ActiveSettings, LatestRead, SettingsStatus

log = structlog.get_logger()

FIRST_READ_RETRY_SECONDS = 1.0

T = TypeVar("T")
R = TypeVar("R")


@asynccontextmanager
async def active_settings(names: Names) -> AsyncIterator["Settings"]:
    """Waits for the first document, then polls until the end of the block."""
    async with aws_client("appconfigdata") as client, Settings(appconfigdata=client, names=names) as settings:
        yield settings


class Settings:
    """Calling it gives the active document: `settings().limits`. Enter it to read the first one and start polling."""

    def __init__(
        self, *, appconfigdata: Any, names: Names, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._client = appconfigdata
        self._names = names
        self._now = now
        self._token: str | None = None
        self._new_session = True
        self._document: RuntimeDocument | None = None
        self._active: ActiveSettings | None = None
        self._read = (LatestRead.UNREACHABLE, now())
        self._held: ContextVar[RuntimeDocument] = ContextVar("document")
        self._poller = Poller(self.refresh, seconds=lambda: self().limits.config_poll_seconds)

    def __call__(self) -> RuntimeDocument:
        if self._document is None:
            raise Unavailable("appconfig")
        return self._document

    def held(self) -> RuntimeDocument:
        """The one that was active when the running piece of work began."""
        return self._held.get(None) or self()

    def holding(self, work: Callable[[T], Awaitable[R]]) -> Callable[[T], Awaitable[R]]:
        """Limits belong together: what was leased by one document must not be outlived by a call of the next."""

        async def held(item: T) -> R:
            before = self._held.set(self())
            try:
                return await work(item)
            finally:
                self._held.reset(before)

        return held

    def status(self) -> SettingsStatus:
        latest, since = self._read
        return SettingsStatus(active=self._active, latest_read=latest, latest_read_since=since)

    async def __aenter__(self) -> Self:
        while self._document is None:
            await self.refresh()
            if self._document is None:
                away = self.status().latest_read is LatestRead.UNREACHABLE
                await asyncio.sleep(FIRST_READ_RETRY_SECONDS if away else APPCONFIG_POLL_SECONDS)
        await self._poller.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._poller.__aexit__()

    async def refresh(self) -> None:
        """Reads once; whatever goes wrong is logged, and the last good document stays."""
        try:
            async with aws_call("appconfig"):
                content = await self._fetch()
        except Unavailable:
            # The token may be what is wrong: it expires after a day.
            self._token = None
            self._note(LatestRead.UNREACHABLE)
            log.warning("settings_unreachable", next_step="check AppConfig and the network; the last good one stays")
            return
        if content is None:
            return
        try:
            document = parse_document(content)
        except InvalidDocument as error:
            self._note(LatestRead.INVALID)
            log.error("settings_invalid", complaint=str(error), next_step=error.next_step)  # noqa: TRY400 - a traceback shows values
            return
        self._note(LatestRead.OK)
        self._activate(document, version_of(content))

    async def _fetch(self) -> bytes | None:
        """None where it has not changed since the last call: an invalid one stays the latest."""
        if self._token is None:
            session = await self._client.start_configuration_session(
                ApplicationIdentifier=self._names.appconfig_application,
                EnvironmentIdentifier=self._names.appconfig_environment,
                ConfigurationProfileIdentifier=self._names.appconfig_profile,
                RequiredMinimumPollIntervalInSeconds=APPCONFIG_POLL_SECONDS,
            )
            self._token = session["InitialConfigurationToken"]
            self._new_session = True
        latest = await self._client.get_latest_configuration(ConfigurationToken=self._token)
        self._token = latest["NextPollConfigurationToken"]
        content = await read_content(latest["Configuration"])
        unchanged = not content and not self._new_session
        self._new_session = False
        return None if unchanged else content

    def _activate(self, document: RuntimeDocument, version: str) -> None:
        if self._active is not None and self._active.version == version:
            return
        self._document = document
        self._active = ActiveSettings(version=version, schema_version=document.schema_version, active_since=self._now())
        log.info("settings_active", version=version, schema_version=document.schema_version)

    def _note(self, latest: LatestRead) -> None:
        if latest is not self._read[0]:
            self._read = (latest, self._now())
