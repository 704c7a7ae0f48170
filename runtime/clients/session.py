"""The one HTTP session of a process towards the other services: pooled keep-alive connections, nothing else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

KEEP_ALIVE_SECONDS = 30.0
"""Far below the servers' own: the client closes an idle connection first, so a request rarely meets a closing one."""
MAX_CONNECTIONS = 256


@asynccontextmanager
async def open_session() -> AsyncIterator[aiohttp.ClientSession]:
    connector = aiohttp.TCPConnector(limit=MAX_CONNECTIONS, keepalive_timeout=KEEP_ALIVE_SECONDS)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session
