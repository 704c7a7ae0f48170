"""MySQL: a real server of its protocol, seekdb; or the server that LLM_JUDGE_MYSQL_URL names.

seekdb's own TCP port listens on all addresses, without a password at first, and no setting changes that. In its
embedded mode it has no TCP port at all, only a Unix socket in our folder, and it ends when nobody holds its lock file
any more. So we hold the lock, set it up through the socket, and only then open a port on 127.0.0.1 in front of it.
"""

import fcntl
import os
import shutil
from contextlib import suppress
from pathlib import Path
from typing import IO

import aiomysql
import pylibseekdb
from pymysql.err import MySQLError

from runtime.local.child_environment import child_environment
from runtime.local.folder import Folder
from runtime.local.part import NotReady, Part, Unusable
from runtime.local.parts.loopback import Loopback
from runtime.local.replacements import MySqlServer

NAME = "mysql"
CONNECT_SECONDS = 2
MEMORY_BUDGET = "1G"
"""The smallest that starts; without it the server plans with 80 % of the machine."""
NEEDED_BYTES = 1_000_000_000
SOCKET_PATH_LIMIT = 100
"""Bytes; the kernel's limit is 108, on macOS 104."""


def seekdb(*, folder: Folder, server: MySqlServer) -> Part:
    embedded = EmbeddedSeekdb(folder=folder, server=server)
    return Part(
        name=NAME,
        port=server.address.port,
        command=embedded.command,
        environment=child_environment() | {"TELEMETRY_ENABLED": "false"},
        working_folder=embedded.base,
        prepare=embedded.prepare,
        probe=embedded.probe,
        settle=embedded.set_up,
    )


def mysql_elsewhere(server: MySqlServer) -> Part:
    async def probe() -> None:
        address = server.address
        await _run_all((), host=address.host, port=address.port, user=server.username, password=server.password)

    return Part(name=NAME, command=None, probe=probe)


class EmbeddedSeekdb:
    def __init__(self, *, folder: Folder, server: MySqlServer) -> None:
        self.base = folder.state(NAME)
        self._server = server
        self._root_password = folder.secret("mysql-root-password")
        self._lock: IO[str] | None = None
        self._socket = _shorter(self.base / "run" / "sql.sock")
        self._loopback = Loopback(port=server.address.port, socket=self._socket)
        self.command = (
            str(Path(pylibseekdb.__file__).parent / "seekdb"),
            *("--nodaemon", "--embedded", "--base-dir", str(self.base), "--log-level", "ERROR"),
            *("--variable", "time_zone=+00:00", "--parameter", f"memory_budget={MEMORY_BUDGET}"),
        )

    async def prepare(self) -> None:
        if shutil.disk_usage(self.base).free < NEEDED_BYTES:
            raise Unusable(f"less than {NEEDED_BYTES // 10**9} GB of disk is free for {self.base}: make room")
        if len(os.fsencode(self._socket)) > SOCKET_PATH_LIMIT:
            raise Unusable("the path of this folder is too long for a Unix socket: set LLM_JUDGE_LOCAL_DIR")
        if self._lock is None:
            self._socket.parent.mkdir(exist_ok=True)
            self._lock = (self._socket.parent / "seekdb.clients").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    async def probe(self) -> None:
        """Before the first set-up root has no password."""
        try:
            await self._as_root(self._root_password)
        except NotReady:
            await self._as_root("")

    async def set_up(self) -> None:
        """Each statement may be repeated, so a kill half-way costs nothing. The port opens last."""
        app, database = self._server, self._server.address.database
        with suppress(NotReady):
            await self._as_root("", f"ALTER USER root IDENTIFIED BY '{self._root_password}'")
        await self._as_root(
            self._root_password,
            # MySQL's default; seekdb's is READ-COMMITTED.
            "SET GLOBAL transaction_isolation = 'REPEATABLE-READ'",
            f"CREATE DATABASE IF NOT EXISTS {database} CHARACTER SET utf8mb4",
            f"CREATE USER IF NOT EXISTS '{app.username}'@'%' IDENTIFIED BY '{app.password}'",
            f"ALTER USER '{app.username}'@'%' IDENTIFIED BY '{app.password}'",
            f"GRANT ALL ON {database}.* TO '{app.username}'@'%'",
        )
        await self._loopback.start()

    async def _as_root(self, password: str, *statements: str) -> None:
        await _run_all(statements, unix_socket=str(self._socket), user="root", password=password)


async def _run_all(statements: tuple[str, ...], **login: object) -> None:
    try:
        connection = await aiomysql.connect(**login, connect_timeout=CONNECT_SECONDS, autocommit=True)
        try:
            async with connection.cursor() as cursor:
                for statement in statements or ("SELECT 1",):
                    await cursor.execute(statement)
        finally:
            connection.close()
    except (MySQLError, OSError, TimeoutError):
        raise NotReady from None


def _shorter(path: Path) -> Path:
    """The same file, by whichever path is shorter: a socket's path has a small limit."""
    return min(path, Path(os.path.relpath(path)), key=lambda candidate: len(str(candidate)))
