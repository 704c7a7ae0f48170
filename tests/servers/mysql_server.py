"""A real MySQL-protocol server (seekdb) for tests, or the MySQL or MariaDB that LLM_JUDGE_MYSQL_URL names."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pylibseekdb
import pymysql

from config.naming import DATABASE
from config.runtime_document import MySqlAddress
from tests.servers.process import free_port, running

PASSWORD = "seekdb-test-password"


@dataclass(frozen=True)
class MySqlServer:
    address: MySqlAddress
    username: str
    password: str

    def execute(self, *statements: str) -> None:
        """As an administrator would, outside of the pool under test."""
        with closing(_connect(self.address, self.username, self.password)) as link, link.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
            link.commit()


@contextmanager
def mysql_server(directory: Path) -> Iterator[MySqlServer]:
    url = os.environ.get("LLM_JUDGE_MYSQL_URL")
    if url:
        parts = urlsplit(url)
        database = parts.path.strip("/") or DATABASE
        address = MySqlAddress(
            host=parts.hostname or "127.0.0.1", port=parts.port or 3306, database=database, tls=False
        )
        server = MySqlServer(address, unquote(parts.username or "root"), unquote(parts.password or ""))
        server.execute(f"DROP DATABASE IF EXISTS {database}", f"CREATE DATABASE {database} CHARACTER SET utf8mb4")
        yield server
        return
    with seekdb(directory) as server:
        yield server


@contextmanager
def seekdb(directory: Path) -> Iterator[MySqlServer]:
    port = free_port()
    address = MySqlAddress(host="127.0.0.1", port=port, database=DATABASE, tls=False)
    program = Path(pylibseekdb.__file__).parent / "seekdb"
    command = [str(program), "--nodaemon", "--port", str(port), "--base-dir", str(directory / "seekdb")]
    command += ["--variable", "time_zone=+00:00", "--log-level", "ERROR"]
    with running(command, log=directory / "seekdb.log", answers=lambda: _answers(address)):
        fresh = MySqlServer(address, "root", "")
        fresh.execute(
            "SET GLOBAL ob_tcp_invited_nodes='127.0.0.1'",
            "SET GLOBAL transaction_isolation='REPEATABLE-READ'",
            f"CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4",
            f"ALTER USER root IDENTIFIED BY '{PASSWORD}'",
        )
        yield MySqlServer(address, "root", PASSWORD)


def _connect(address: MySqlAddress, username: str, password: str) -> "pymysql.Connection[pymysql.cursors.Cursor]":
    return pymysql.connect(
        host=address.host, port=address.port, user=username, password=password, connect_timeout=2, read_timeout=30
    )


def _answers(address: MySqlAddress) -> bool:
    try:
        with closing(_connect(address, "root", "")):
            return True
    except (pymysql.err.MySQLError, OSError):
        return False
