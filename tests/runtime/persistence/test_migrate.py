"""The schema is brought up to date once, however many replicas start at once."""

import asyncio
import sys
from collections.abc import Iterator
from uuid import uuid4

import pytest
from alembic.util import CommandError
from structlog.testing import capture_logs

from config.runtime_document import MySqlAddress
from runtime.local.replacements import MySqlServer
from runtime.persistence.migrate import Migrations, migrate
from tests.contract.history_subjects import credentials
from tests.servers.mysql_server import execute
from tests.servers.process import free_port

pytestmark = pytest.mark.servers


@pytest.fixture
def empty(mysql_at: MySqlServer) -> Iterator[MySqlAddress]:
    """A database without any table."""
    name = f"empty_{uuid4().hex[:12]}"
    execute(mysql_at, f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
    yield mysql_at.address.model_copy(update={"database": name})
    execute(mysql_at, f"DROP DATABASE {name}")


def column(mysql: MySqlServer, sql: str) -> list[object]:
    return [row[0] for row in execute(mysql, sql)]


async def test_replicas_that_start_together_migrate_once(mysql_at: MySqlServer, empty: MySqlAddress) -> None:
    """Processes, because Alembic keeps state in a module. seekdb may lock for two at once: the late one retries."""
    arguments = (empty.host, str(empty.port), empty.database, mysql_at.username, mysql_at.password)
    module = "tests.runtime.persistence.replica"
    replicas = [await asyncio.create_subprocess_exec(sys.executable, "-m", module, *arguments) for _ in range(3)]
    assert [await replica.wait() for replica in replicas] == [0, 0, 0]
    assert column(mysql_at, f"SELECT version_num FROM {empty.database}.alembic_version") == ["0002"]  # noqa: S608
    assert column(mysql_at, f"SELECT COUNT(*) FROM {empty.database}.request_history") == [0]  # noqa: S608


async def test_a_second_start_leaves_the_table_as_it_is(mysql_at: MySqlServer, empty: MySqlAddress) -> None:
    await asyncio.to_thread(migrate, empty, credentials(mysql_at))
    execute(mysql_at, f"ALTER TABLE {empty.database}.request_history ADD COLUMN by_hand INT NULL")
    await asyncio.to_thread(migrate, empty, credentials(mysql_at))
    assert column(mysql_at, f"SELECT COUNT(by_hand) FROM {empty.database}.request_history") == [0]  # noqa: S608


async def test_a_step_that_broke_off_runs_again_and_keeps_the_rows(mysql_at: MySqlServer, empty: MySqlAddress) -> None:
    await asyncio.to_thread(migrate, empty, credentials(mysql_at))
    history = f"{empty.database}.request_history"
    execute(
        mysql_at,
        f"USE {empty.database}",
        "DROP TABLE calibrations",
        "UPDATE alembic_version SET version_num = '0001'",
        # What a replica of the version before still writes.
        f"INSERT INTO {history} (request_id, tenant, status, stage, judge_model, rubric, request, attempts, metadata, "  # noqa: S608
        "created_at, deadline_at, completed_at) VALUES (UUID(), 't', 'FAILED', 'JUDGE', 'm', 'r', '{}', '{}', '{}', "
        "NOW(), NOW(), NOW())",
    )
    await asyncio.to_thread(migrate, empty, credentials(mysql_at))
    assert column(mysql_at, f"SELECT run FROM {history}") == [None]  # noqa: S608
    assert column(mysql_at, f"SELECT COUNT(*) FROM {empty.database}.calibrations") == [0]  # noqa: S608


async def test_a_service_without_mysql_waits_with_its_migrations_and_can_stop(mysql_at: MySqlServer) -> None:
    nowhere = mysql_at.address.model_copy(update={"port": free_port()})
    async with Migrations(address=lambda: nowhere, credentials=lambda: credentials(mysql_at)) as migrations:
        assert await migrations.readiness() == {"migrations": "not done"}


async def test_migrations_run_as_soon_as_mysql_is_there(mysql_at: MySqlServer, empty: MySqlAddress) -> None:
    addresses = [empty.model_copy(update={"port": free_port()}), empty]
    migrations = Migrations(
        address=lambda: addresses.pop(0) if len(addresses) > 1 else addresses[0],
        credentials=lambda: credentials(mysql_at),
    )
    async with migrations, asyncio.timeout(30):
        await migrations.done.wait()
        assert await migrations.readiness() == {}


async def test_after_a_roll_back_a_service_works_with_the_newer_schema_and_leaves_it(
    mysql_at: MySqlServer, empty: MySqlAddress
) -> None:
    await asyncio.to_thread(migrate, empty, credentials(mysql_at))
    execute(mysql_at, f"UPDATE {empty.database}.alembic_version SET version_num = '9999'")  # noqa: S608
    with capture_logs() as logs:
        async with (
            Migrations(address=lambda: empty, credentials=lambda: credentials(mysql_at)) as migrations,
            asyncio.timeout(30),
        ):
            await migrations.done.wait()
    assert [(each["log_level"], each["revision"]) for each in logs if each["event"] == "schema_newer"] == [
        ("warning", "9999")
    ]
    assert column(mysql_at, f"SELECT version_num FROM {empty.database}.alembic_version") == ["9999"]  # noqa: S608


async def test_an_error_that_nobody_expected_is_told_and_the_migrations_run_again(
    mysql_at: MySqlServer, empty: MySqlAddress
) -> None:
    troubles = [CommandError("unheard of")]

    def address() -> MySqlAddress:
        if troubles:
            raise troubles.pop()
        return empty

    with capture_logs() as logs:
        async with (
            Migrations(address=address, credentials=lambda: credentials(mysql_at)) as migrations,
            asyncio.timeout(30),
        ):
            await migrations.done.wait()
    (told,) = [each for each in logs if each["event"] == "migration_failed"]
    assert (told["error"], told["next_step"]) == ("CommandError", "check MySQL and its grants; else report it")
