"""A process that does what a starting persistence-service does to the schema: host, port, database, user, password."""

import asyncio
import sys

from pydantic import SecretStr

from config.runtime_document import MySqlAddress
from runtime.persistence.database import Credentials
from runtime.persistence.migrate import Migrations

START_SECONDS = 60


async def run(host: str, port: str, database: str, username: str, password: str) -> None:
    address = MySqlAddress(host=host, port=int(port), database=database, tls=False)
    credentials = Credentials(username=username, password=SecretStr(password))
    async with (
        asyncio.timeout(START_SECONDS),
        Migrations(address=lambda: address, credentials=lambda: credentials) as migrations,
    ):
        await migrations.done.wait()


asyncio.run(run(*sys.argv[1:]))
