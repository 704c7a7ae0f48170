"""The database and the history under test, on the run's MySQL server or on a proxy before it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from config.runtime_document import MySqlAddress
from runtime.local.replacements import MySqlServer
from runtime.persistence.database import STATEMENT_SECONDS, Answer, Database
from runtime.persistence.migrate import migrate
from runtime.persistence.statements import Statement
from runtime.persistence.store import MySqlHistory
from tests.contract.history_subjects import credentials


class CountingDatabase(Database):
    """Remembers the statements that were sent."""

    def __init__(self, *, mysql: MySqlServer, address: Callable[[], MySqlAddress], statement_seconds: float) -> None:
        super().__init__(address=address, credentials=lambda: credentials(mysql), statement_seconds=statement_seconds)
        self.statements: list[str] = []

    async def execute(self, statement: Statement) -> Answer:
        self.statements.append(statement.sql)
        return await super().execute(statement)


@asynccontextmanager
async def open_database(
    mysql: MySqlServer,
    *,
    address: Callable[[], MySqlAddress] | None = None,
    statement_seconds: float = STATEMENT_SECONDS,
) -> AsyncIterator[CountingDatabase]:
    async with CountingDatabase(
        mysql=mysql, address=address or (lambda: mysql.address), statement_seconds=statement_seconds
    ) as database:
        yield database


@asynccontextmanager
async def open_history(database: Database) -> AsyncIterator[MySqlHistory]:
    async with MySqlHistory(database=database) as history:
        yield history


async def migrated(mysql: MySqlServer) -> MySqlServer:
    await asyncio.to_thread(migrate, mysql.address, credentials(mysql))
    return mysql
