"""A TCP port on 127.0.0.1 in front of a server that listens on a Unix socket only."""

import asyncio
from contextlib import suppress
from pathlib import Path

from runtime.local.part import NotReady
from runtime.local.ports import LOOPBACK

CHUNK_BYTES = 1 << 16


class Loopback:
    """Open from `start` on. While the server is away, connections are closed at once."""

    def __init__(self, *, port: int, socket: Path) -> None:
        self._port = port
        self._socket = socket
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        """Does nothing where it is open already. Raises NotReady while somebody else has the port."""
        if self._server is None:
            try:
                self._server = await asyncio.start_server(self._join, LOOPBACK, self._port)
            except OSError:
                raise NotReady(f"port {self._port} was taken while this was starting: stop what uses it") from None

    async def _join(self, client: asyncio.StreamReader, to_client: asyncio.StreamWriter) -> None:
        try:
            server, to_server = await asyncio.open_unix_connection(str(self._socket))
        except OSError:
            to_client.close()
            return
        async with asyncio.TaskGroup() as directions:
            directions.create_task(_copy(client, to_server))
            directions.create_task(_copy(server, to_client))


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Until either side is done; closing the writer ends the other direction too."""
    with suppress(OSError):
        while data := await reader.read(CHUNK_BYTES):
            writer.write(data)
            await writer.drain()
    writer.close()
