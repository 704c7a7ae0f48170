"""Brings the schema up to date at start: under a lock, so that of several replicas one does it and the others wait."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

import pymysql
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine, text

from config.runtime_document import MySqlAddress
from runtime.persistence.database import Credentials

log = structlog.get_logger()

LOCK_SECONDS = 60
CONNECT_SECONDS = 3
READ_SECONDS = 300
"""A step may rebuild a large table."""
AGAIN_SECONDS = 2.0


class LockBusy(Exception):
    """Another replica is still migrating."""


class Migrations:
    """Runs until it succeeded once; until then the service is not ready, but alive."""

    def __init__(self, *, address: Callable[[], MySqlAddress], credentials: Callable[[], Credentials]) -> None:
        self._address = address
        self._credentials = credentials
        self._runner: asyncio.Task[None] | None = None
        self.done = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._runner = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._runner is not None:
            self._runner.cancel()
            await asyncio.wait([self._runner])

    async def readiness(self) -> dict[str, str]:
        return {} if self.done.is_set() else {"migrations": "not done"}

    async def _run(self) -> None:
        while not self.done.is_set():
            try:
                await asyncio.to_thread(migrate, self._address(), self._credentials())
            except Exception as error:  # noqa: BLE001 - whatever comes, it is told and tried again
                log.warning(
                    "migration_failed",
                    error=type(error).__name__,
                    next_step="check MySQL and its grants; else report it",
                )
                await asyncio.sleep(AGAIN_SECONDS)
            else:
                self.done.set()
                log.info("schema_current")


def migrate(address: MySqlAddress, credentials: Credentials) -> None:
    """A schema of a later version, met after a roll-back, stays as it is: each step lets the version before work on."""

    def connect() -> Any:
        return pymysql.connect(
            host=address.host,
            port=address.port,
            database=address.database,
            user=credentials.username,
            password=credentials.password.get_secret_value(),
            ssl=credentials.tls(address),
            charset="utf8mb4",
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
        )

    config = Config()
    config.set_main_option("script_location", "runtime.persistence:migrations")
    steps = ScriptDirectory.from_config(config)
    engine = create_engine("mysql+pymysql://", creator=connect, poolclass=NullPool)
    with engine.connect() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    if revision == steps.get_current_head():
        return
    if revision is not None and revision not in {step.revision for step in steps.walk_revisions()}:
        log.warning("schema_newer", revision=revision, next_step="none after a roll-back; else deploy the newer image")
        return
    # A connection of its own: the look above fixed what its transaction sees, and another replica may be at work.
    with engine.connect() as connection, _locked(connection, f"{address.database}.migrations"):
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        # Asking for the lock began a transaction, so Alembic leaves it to us to keep its note of the steps done.
        connection.commit()


@contextmanager
def _locked(connection: Connection, name: str) -> Iterator[None]:
    """The lock belongs to the connection: a replica that dies lets go of it.

    seekdb now and then gives a new lock to two at once; the second then fails at a step that is done, and runs again.
    """
    if connection.scalar(text("SELECT GET_LOCK(:name, :seconds)"), {"name": name, "seconds": LOCK_SECONDS}) != 1:
        raise LockBusy
    try:
        yield
    finally:
        connection.execute(text("SELECT RELEASE_LOCK(:name)"), {"name": name})
