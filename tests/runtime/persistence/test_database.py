"""What the database does when MySQL is away, slow, contended or restarted."""

import asyncio
from uuid import uuid4

import pytest
import structlog
from pydantic import SecretStr

from config.runtime_document import MySqlAddress
from runtime.contracts.unavailable import Unavailable
from runtime.local.replacements import MySqlServer
from runtime.persistence.database import MAX_CONNECTIONS, Credentials, Database, RowRefused
from runtime.persistence.rows import to_row
from runtime.persistence.statements import Statement, insert
from tests.contract.evaluations import completed, fresh_tenant, identity
from tests.contract.history_subjects import credentials
from tests.runtime.persistence.databases import CountingDatabase, open_database, open_history
from tests.servers.mysql_server import execute
from tests.servers.process import free_port
from tests.servers.tcp_proxy import Mode, tcp_proxy

pytestmark = pytest.mark.servers
ONE = Statement("SELECT 1", ())


@pytest.mark.fault("F32")
async def test_a_mysql_that_is_not_there_is_unavailable_and_neither_ready() -> None:
    address = MySqlAddress(host="127.0.0.1", port=free_port(), database="llm_judge", tls=False)
    nobody = Credentials(username="someone", password=SecretStr("hidden-password"))
    async with Database(address=lambda: address, credentials=lambda: nobody) as database:
        with structlog.testing.capture_logs() as logs, pytest.raises(Unavailable) as raised:
            await database.execute(ONE)
        assert raised.value.what == "mysql"
        assert raised.value.__cause__ is None
        assert await database.readiness() == {"mysql": "unreachable"}
    written = f"{logs}{raised.value}"
    assert "mysql_failed" in written
    assert all(secret not in written for secret in ("hidden-password", "someone", str(address.port)))


@pytest.mark.fault("F13", "F33")
async def test_an_insert_whose_reply_was_lost_is_repeated_and_finds_its_row(mysql: MySqlServer) -> None:
    record = completed(identity(tenant=fresh_tenant()))
    async with tcp_proxy(mysql.address.host, mysql.address.port) as proxy:
        address = mysql.address.model_copy(update={"port": proxy.port})
        async with open_database(mysql, address=lambda: address) as database, open_history(database) as history:
            await database.execute(ONE)
            proxy.set(Mode.LOSE_REPLY)
            stored = await history.store(record)
            assert stored.record == record
            assert not stored.created
            assert proxy.connections == 2
            assert len(await history.page(tenant=record.tenant, limit=5)) == 1


@pytest.mark.fault("F33")
async def test_connections_that_broke_while_idle_are_replaced_unnoticed(mysql: MySqlServer) -> None:
    async with tcp_proxy(mysql.address.host, mysql.address.port) as proxy:
        address = mysql.address.model_copy(update={"port": proxy.port})
        async with open_database(mysql, address=lambda: address) as database:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(20):
                    tasks.create_task(database.execute(Statement("SELECT SLEEP(0.05)", ())))
            assert proxy.connections == MAX_CONNECTIONS
            proxy.set(Mode.REFUSE)
            proxy.set(Mode.PASS)
            async with asyncio.TaskGroup() as tasks:
                for _ in range(20):
                    tasks.create_task(database.execute(ONE))


@pytest.mark.fault("F32")
async def test_a_mysql_that_says_nothing_is_unavailable_after_the_time_out(mysql: MySqlServer) -> None:
    async with tcp_proxy(mysql.address.host, mysql.address.port) as proxy:
        address = mysql.address.model_copy(update={"port": proxy.port})
        async with open_database(mysql, address=lambda: address, statement_seconds=0.5) as database:
            await database.execute(ONE)
            proxy.set(Mode.SILENT)
            with pytest.raises(Unavailable):
                await database.execute(ONE)
            proxy.set(Mode.PASS)
            assert (await database.execute(ONE)).rows == ((1,),)


@pytest.mark.fault("F33")
@pytest.mark.parametrize("code", [1213, 1205], ids=["a deadlock", "a lock wait time-out"])
async def test_contention_is_tried_again_three_times(mysql: MySqlServer, code: int) -> None:
    # seekdb takes some seconds to compile its first procedure.
    async with open_database(mysql, statement_seconds=60) as database:
        healed, lasting = (contended(mysql, code=code, fails=fails) for fails in (3, 4))
        assert (await database.execute(Statement(f"CALL {healed}()", ()))).rows == ((4,),)
        with pytest.raises(Unavailable):
            await database.execute(Statement(f"CALL {lasting}()", ()))


def contended(mysql: MySqlServer, *, code: int, fails: int) -> str:
    """The name of a procedure that fails with `code` that many times, and then gives the number of its calls."""
    name = f"contended_{uuid4().hex}"
    execute(
        mysql,
        f"USE {mysql.address.database}",
        f"CREATE TABLE {name} (calls INT NOT NULL)",
        f"INSERT INTO {name} VALUES (0)",  # noqa: S608 - a name of our own
        f"""CREATE PROCEDURE {name}()
            BEGIN
              DECLARE made INT;
              UPDATE {name} SET calls = calls + 1;
              SET made = (SELECT MAX(calls) FROM {name});
              IF made <= {fails} THEN
                SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = {code}, MESSAGE_TEXT = 'contended';
              END IF;
              SELECT made;
            END""",  # noqa: S608
    )
    return name


async def test_a_value_that_does_not_fit_is_refused_and_not_cut(database: CountingDatabase) -> None:
    with pytest.raises(RowRefused) as raised:
        await database.execute(insert([to_row(completed(identity(tenant="secret" * 60)))]))
    assert "secret" not in repr(raised.value)
    assert raised.value.__cause__ is None


async def test_a_rotated_password_is_read_again(mysql: MySqlServer) -> None:
    given = [Credentials(username=mysql.username, password=SecretStr("the old one")), credentials(mysql)]
    async with Database(address=lambda: mysql.address, credentials=lambda: given.pop(0)) as database:
        with pytest.raises(Unavailable):
            await database.execute(ONE)
        assert (await database.execute(ONE)).rows == ((1,),)


async def test_times_are_utc_whatever_the_server_thinks(database: CountingDatabase) -> None:
    assert (await database.execute(Statement("SELECT @@session.time_zone", ()))).rows == (("+00:00",),)
