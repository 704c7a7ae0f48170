"""A real MySQL-protocol server (seekdb) for tests, or the MySQL or MariaDB that LLM_JUDGE_MYSQL_URL names."""

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pymysql

from config.naming import DATABASE
from config.runtime_document import MySqlAddress
from runtime.local.folder import Folder
from runtime.local.parts.seekdb import EmbeddedSeekdb
from runtime.local.replacements import MySqlServer, read_replacements
from tests.servers.part import running_part

SECONDS = 30


@contextmanager
def any_mysql(directory: Path, *, port: int) -> Iterator[MySqlServer]:
    """With an administrator's rights and an empty database."""
    elsewhere = read_replacements(os.environ).mysql
    if elsewhere is not None:
        name = elsewhere.address.database
        execute(elsewhere, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        yield elsewhere
        return
    folder = Folder(directory)
    folder.create()
    address = MySqlAddress(host="127.0.0.1", port=port, database=DATABASE, tls=False)
    application = MySqlServer(address, "llm_judge", "seekdb-test-password")
    with running_part(EmbeddedSeekdb(folder=folder, server=application).part(), folder=folder):
        yield MySqlServer(address, "root", folder.secret("mysql-root-password"))


def login_without_privileges(server: MySqlServer) -> MySqlServer:
    """The server as a service sees it: read-only and a limit of connections hold for this login, unlike for root."""
    login = MySqlServer(server.address, "plain_judge", "plain-test-password")
    execute(
        server,
        f"CREATE USER IF NOT EXISTS {login.username} IDENTIFIED BY '{login.password}'",
        f"GRANT ALL ON {server.address.database}.* TO {login.username}",
    )
    return login


def execute(server: MySqlServer, *statements: str) -> list[tuple[Any, ...]]:
    """As an administrator would, outside of what is under test; the rows of the last statement."""
    link = pymysql.connect(
        host=server.address.host,
        port=server.address.port,
        user=server.username,
        password=server.password,
        connect_timeout=SECONDS,
        read_timeout=SECONDS,
        autocommit=True,
    )
    with closing(link), link.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall())
