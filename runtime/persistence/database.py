"""The connections to MySQL: every wait has an end, short faults are tried again, and errors become our own."""

import asyncio
import random
import ssl
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import aiomysql
import structlog
from pydantic import SecretStr
from pymysql.err import DataError, IntegrityError, MySQLError
from pymysql.err import Warning as MySQLWarning

from config.runtime_document import MySqlAddress
from runtime.contracts.unavailable import Unavailable
from runtime.persistence.statements import Statement

log = structlog.get_logger()

CONNECT_SECONDS = 3.0
STATEMENT_SECONDS = 5.0
"""One statement from start to end, a wait for a free connection included."""
READINESS_SECONDS = 2.0
CLOSE_SECONDS = 1.0
MAX_CONNECTIONS = 8
RECYCLE_SECONDS = 300
MAX_RETRIES = 3
RETRY_SECONDS = 0.05
RETRIED = {1205, 1213, 2006, 2013}
"""Lock wait time-out, deadlock, server gone away, connection lost."""
ACCESS_DENIED = 1045
REFUSED = {1153, 3140, 3819, 4025}
"""Packet too large, invalid JSON, a CHECK that failed (MySQL's and MariaDB's code): the row's own fault."""

SESSION = (
    "SET SESSION time_zone = '+00:00', "
    # Strict: what does not fit is refused, not cut. Never NO_BACKSLASH_ESCAPES: the client quotes with backslashes.
    "sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION'"
)


class RowRefused(Exception):
    """MySQL will never take this row; its neighbours are not to blame."""


@dataclass(frozen=True)
class Credentials:
    username: str
    password: SecretStr
    authorities: Path | None = None
    """A PEM file with those that certify the server; None: the system's."""

    def tls(self, address: MySqlAddress) -> ssl.SSLContext | None:
        """Checks the server's name too. Raises OSError where the file cannot be used."""
        return ssl.create_default_context(cafile=self.authorities) if address.tls else None


@dataclass(frozen=True)
class Answer:
    rows: tuple[tuple[Any, ...], ...]
    affected: int


class Database:
    """A pool per address: a new address in the document, or a rotated password, gives a new pool."""

    def __init__(
        self,
        *,
        address: Callable[[], MySqlAddress],
        credentials: Callable[[], Credentials],
        statement_seconds: float = STATEMENT_SECONDS,
    ) -> None:
        self._wanted = address
        self._credentials = credentials
        self._statement_seconds = statement_seconds
        self._address: MySqlAddress | None = None
        self._pool: Any = None
        # In front of the pool, because aiomysql does not wake its own waiters when a broken connection comes back.
        self._slots = asyncio.Semaphore(MAX_CONNECTIONS)

    async def __aenter__(self) -> Self:
        # A warning's text may repeat a value, and aiomysql hands it to Python's warnings.
        warnings.filterwarnings("ignore", category=MySQLWarning)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._drop_pool()

    async def execute(self, statement: Statement) -> Answer:
        """Runs a statement that is safe to repeat. Raises Unavailable or RowRefused."""
        for attempt in range(MAX_RETRIES + 1):
            try:
                return await self._execute_once(statement)
            except MySQLError as error:
                code = _code(error)
                if isinstance(error, (DataError, IntegrityError)) or code in REFUSED:
                    log.error("row_refused", code=code, next_step="report this: our limits and the table's differ")  # noqa: TRY400 - a traceback shows values
                    raise RowRefused from None
                if code == ACCESS_DENIED:
                    await self._drop_pool()
                if code not in RETRIED or attempt == MAX_RETRIES:
                    raise _unavailable(code) from None
            except (OSError, TimeoutError) as error:
                raise _unavailable(type(error).__name__) from None
            await asyncio.sleep(RETRY_SECONDS * 2**attempt * random.uniform(0.5, 1))  # noqa: S311 - no secret
        raise AssertionError("the last attempt returns or raises")

    async def readiness(self) -> dict[str, str]:
        try:
            async with asyncio.timeout(READINESS_SECONDS):
                await self.execute(Statement("SELECT 1", ()))
        except (Unavailable, TimeoutError):
            return {"mysql": "unreachable"}
        return {}

    async def _execute_once(self, statement: Statement) -> Answer:
        async with asyncio.timeout(self._statement_seconds), self._slots, self._cursor() as cursor:
            affected = await cursor.execute(statement.sql, statement.args)
            return Answer(rows=tuple(await cursor.fetchall()), affected=affected)

    @asynccontextmanager
    async def _cursor(self) -> AsyncIterator[Any]:
        pool = await self._current_pool()
        connection = await pool.acquire()
        try:
            async with connection.cursor() as cursor:
                yield cursor
        except BaseException:
            # Half-read, read-only after a fail-over, or gone: the next one starts on a fresh connection.
            connection.close()
            raise
        finally:
            pool.release(connection)

    async def _current_pool(self) -> Any:
        address = self._wanted()
        if address != self._address:
            await self._drop_pool()
        if self._pool is None:
            credentials = self._credentials()
            self._pool = await aiomysql.create_pool(
                minsize=0,
                maxsize=MAX_CONNECTIONS,
                pool_recycle=RECYCLE_SECONDS,
                host=address.host,
                port=address.port,
                db=address.database,
                user=credentials.username,
                password=credentials.password.get_secret_value(),
                ssl=credentials.tls(address),
                charset="utf8mb4",
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                init_command=SESSION,
            )
            self._address = address
        return self._pool

    async def _drop_pool(self) -> None:
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await pool.wait_closed()


def _code(error: MySQLError) -> int:
    code = error.args[0] if error.args else 0
    return code if isinstance(code, int) else 0


def _unavailable(cause: int | str) -> Unavailable:
    log.warning("mysql_failed", cause=cause, next_step="check that MySQL is up and its connections are not used up")
    return Unavailable("mysql")
