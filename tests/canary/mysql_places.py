"""MySQL: every row of every table of ours, and the statements the server remembers; its folder is searched as files."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiomysql

from tests.canary.pieces import Piece
from tests.flow.system import System

SCHEMA = "llm_judge"
STATEMENTS = "SELECT query_sql, statement, special_params, outline_data FROM oceanbase.V$OB_PLAN_CACHE_PLAN_STAT"
"""One text as it was sent for each plan that the server keeps."""


@asynccontextmanager
async def cursor_of(system: System) -> AsyncIterator[Any]:
    socket = system.folder.root / "mysql" / "run" / "sql.sock"
    password = (system.folder.secrets / "mysql-root-password").read_text()
    login = {"unix_socket": str(socket), "user": "root", "password": password, "db": SCHEMA}
    connection = await aiomysql.connect(**login, autocommit=True)
    try:
        async with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


async def dump(system: System) -> list[Piece]:
    async with cursor_of(system) as cursor:
        await cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = %s", (SCHEMA,))
        tables = [name for (name,) in await cursor.fetchall()]
        queries = {f"{SCHEMA}.{name}": f"SELECT * FROM `{name}`" for name in tables}  # noqa: S608 - the server's names
        queries["statements"] = STATEMENTS
        found = []
        for name, query in queries.items():
            await cursor.execute(query)
            found.append((name, b"\n".join(_cell(cell) for row in await cursor.fetchall() for cell in row)))
    return found


def _cell(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()
