"""MySQL: a real server of its protocol, seekdb, reachable on 127.0.0.1 only.

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

from runtime.local.child_environment import child_environment
from runtime.local.folder import Folder
from runtime.local.part import NotReady, Part, Unusable
from runtime.local.parts.loopback import Loopback
from runtime.local.parts.mysql import NAME
from runtime.local.parts.package_folder import package_folder
from runtime.local.parts.sql_login import run_statements
from runtime.local.replacements import MySqlServer

MEMORY_BUDGET = "1G"
"""With 512M it does not start; without it the server plans with 80 % of the machine."""
NEEDED_BYTES = 1_000_000_000
SOCKET_PATH_LIMIT = 100
"""Bytes; the kernel's limit is 108, on macOS 104."""


class EmbeddedSeekdb:
    def __init__(self, *, folder: Folder, server: MySqlServer) -> None:
        self._base = folder.state(NAME)
        self._server = server
        self._root_password = folder.secret("mysql-root-password")
        self._lock: IO[str] | None = None
        self._socket = _shorter(self._base / "run" / "sql.sock")
        self._loopback = Loopback(port=server.address.port, socket=self._socket)

    def part(self) -> Part:
        return Part(
            name=NAME,
            port=self._server.address.port,
            command=(
                str(package_folder("pylibseekdb") / "seekdb"),
                *("--nodaemon", "--embedded", "--base-dir", str(self._base), "--log-level", "ERROR"),
                *("--variable", "time_zone=+00:00", "--parameter", f"memory_budget={MEMORY_BUDGET}"),
            ),
            # It reports to its vendor unless this says `false`; `0` is not understood.
            environment=child_environment() | {"TELEMETRY_ENABLED": "false"},
            working_folder=self._base,
            prepare=self._prepare,
            probe=self._probe,
            settle=self._set_up,
        )

    async def forget_locks(self) -> None:
        """Called while no service is connected, so whatever lock there is has lost its owner.

        seekdb keeps what GET_LOCK took when the connection is lost, and even what was released when it is restarted;
        the next who asks would wait for ever.
        """
        with suppress(NotReady):
            await self._as_root(
                self._root_password,
                "DELETE FROM oceanbase.__all_detect_lock_info_v2",
                "DELETE FROM oceanbase.__all_dbms_lock_allocated",
            )

    async def _prepare(self) -> None:
        if shutil.disk_usage(self._base).free < NEEDED_BYTES:
            raise Unusable(f"less than {NEEDED_BYTES // 10**9} GB of disk is free for {self._base}: make room")
        if len(os.fsencode(self._socket)) > SOCKET_PATH_LIMIT:
            raise Unusable("the path of this folder is too long for a Unix socket: set LLM_JUDGE_LOCAL_DIR")
        if self._lock is None:
            self._socket.parent.mkdir(exist_ok=True)
            self._lock = (self._socket.parent / "seekdb.clients").open("a")
            fcntl.flock(self._lock, fcntl.LOCK_SH)

    async def _probe(self) -> None:
        """Before the first set-up root has no password."""
        try:
            await self._as_root(self._root_password)
        except NotReady:
            await self._as_root("")

    async def _set_up(self) -> None:
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
        await run_statements(*statements, unix_socket=str(self._socket), user="root", password=password)


def _shorter(path: Path) -> Path:
    """The same file, by whichever path is shorter: a socket's path has a small limit."""
    return min(path, Path(os.path.relpath(path)), key=lambda candidate: len(str(candidate)))
