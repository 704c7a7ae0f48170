"""The MySQL server with the schema in place."""

from collections.abc import AsyncIterator

import pytest

from runtime.local.replacements import MySqlServer
from runtime.persistence.store import MySqlHistory
from tests.runtime.persistence.databases import CountingDatabase, migrated, open_database, open_history


@pytest.fixture
async def mysql(mysql_at: MySqlServer) -> MySqlServer:
    return await migrated(mysql_at)


@pytest.fixture
async def database(mysql: MySqlServer) -> AsyncIterator[CountingDatabase]:
    async with open_database(mysql) as opened:
        yield opened


@pytest.fixture
async def history(database: CountingDatabase) -> AsyncIterator[MySqlHistory]:
    async with open_history(database) as opened:
        yield opened
