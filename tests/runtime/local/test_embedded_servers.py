"""The real Redis and MySQL of the stack: reachable on 127.0.0.1 with a password, and not otherwise."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiomysql
import psutil
import pytest
from pymysql.err import OperationalError
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError

from config.naming import DATABASE
from config.runtime_document import MySqlAddress, RedisAddress
from runtime.local.part import Part
from runtime.local.parts.redis import valkey
from runtime.local.parts.seekdb import EmbeddedSeekdb
from runtime.local.ports import LOOPBACK
from runtime.local.replacements import MySqlServer, RedisServer
from runtime.local.runner import Runner
from runtime.local.stack_file import PartRecord, State, find
from tests.runtime.local.stand_ins import Watch, made
from tests.servers.process import free_port

pytestmark = pytest.mark.servers
APP, APP_PASSWORD = "app", "app-password"


@asynccontextmanager
async def kept(part: Part, root: Path) -> AsyncIterator[tuple[Watch, PartRecord]]:
    watch = Watch()
    runner = Runner(part=part, folder=made(root), on_change=watch.part)
    async with asyncio.timeout(90), asyncio.TaskGroup() as tasks:
        tasks.create_task(runner.run())
        yield watch, await watch.until(lambda record: record.state is State.READY)
        runner.stop()


def listening_on(record: PartRecord) -> set[str]:
    assert record.process is not None
    process = find(record.process)
    assert process is not None
    return {link.laddr.ip for link in process.net_connections("tcp") if link.status == psutil.CONN_LISTEN}


def kill(record: PartRecord) -> None:
    assert record.process is not None
    os.kill(record.process.pid, signal.SIGKILL)


def mysql(root: Path) -> tuple[EmbeddedSeekdb, MySqlServer]:
    address = MySqlAddress(host=LOOPBACK, port=free_port(), database=DATABASE, tls=False)
    server = MySqlServer(address, APP, APP_PASSWORD)
    return EmbeddedSeekdb(folder=made(root), server=server), server


async def query(server: MySqlServer, statement: str, *, user: str = APP, password: str = APP_PASSWORD) -> object:
    address = server.address
    login = {"host": address.host, "port": address.port, "user": user, "password": password, "db": address.database}
    connection = await aiomysql.connect(**login, autocommit=True)
    async with connection.cursor() as cursor:
        await cursor.execute(statement)
        rows = await cursor.fetchall()
    connection.close()
    return rows


async def test_mysql_keeps_its_rows_through_a_kill_and_listens_nowhere_else(tmp_path: Path) -> None:
    embedded, server = mysql(tmp_path)
    async with kept(embedded.part(), tmp_path) as (watch, first):
        # The server itself has a Unix socket; this process holds the port, on loopback.
        assert listening_on(first) == set()
        for user, password in (("root", ""), ("app", ""), ("app", "wrong")):
            with pytest.raises(OperationalError, match="1045"):
                await query(server, "SELECT 1", user=user, password=password)
        assert await query(server, "SELECT @@time_zone, @@transaction_isolation") == (("+00:00", "REPEATABLE-READ"),)
        await query(server, "CREATE TABLE kept (id INT PRIMARY KEY)")
        await query(server, "INSERT INTO kept VALUES (1)")
        # Nobody releases it: the connection is closed at once, and then the server is killed.
        await query(server, "SELECT GET_LOCK('l', 5)")
        kill(first)
        await watch.until(lambda record: record.state is State.READY and record.restarts == 1)
        assert await query(server, "SELECT id FROM kept") == ((1,),)
        await embedded.forget_locks()
        assert await query(server, "SELECT GET_LOCK('l', 5)") == ((1,),)


async def test_mysql_set_up_may_be_interrupted_anywhere(tmp_path: Path) -> None:
    embedded, server = mysql(tmp_path)
    part = embedded.part()
    async with kept(part, tmp_path):
        await part.settle()
        assert await query(server, "SELECT 1") == ((1,),)


async def test_redis_keeps_its_keys_through_a_kill_and_asks_for_the_password(tmp_path: Path) -> None:
    server = RedisServer(RedisAddress(host=LOOPBACK, port=free_port(), tls=False), "redis-password")
    async with kept(valkey(folder=made(tmp_path), server=server), tmp_path) as (watch, first):
        assert listening_on(first) == {LOOPBACK}
        assert first.process is not None
        assert "redis-password" not in " ".join(first.process.command)
        stranger = Redis(host=LOOPBACK, port=server.address.port, protocol=2)
        with pytest.raises(AuthenticationError):
            await stranger.ping()
        await stranger.aclose()
        client = Redis(host=LOOPBACK, port=server.address.port, password="redis-password", protocol=2)
        await client.set("kept", "1")
        kill(first)
        await watch.until(lambda record: record.state is State.READY and record.restarts == 1)
        assert await client.get("kept") == b"1"
        assert (await client.config_get("maxmemory-policy"))["maxmemory-policy"] == "noeviction"
        await client.aclose()
