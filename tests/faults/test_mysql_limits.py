"""A MySQL server that is there and refuses: its connections are used up, or it is read-only after a fail-over."""

import asyncio
from collections.abc import Callable

import pymysql
import pytest

from config.topology import PERSISTENCE, Stage
from tests.faults.history import History
from tests.faults.laboratory import Laboratory
from tests.faults.observer import Observer, new_case
from tests.servers.mysql_server import execute
from tests.servers.tcp_proxy import Mode

pytestmark = pytest.mark.flow
Holds = Callable[[History], None]
TOO_MANY_CONNECTIONS, READ_ONLY = 1040, 1290


async def scored_once_after(
    lab: Laboratory, observer: Observer, holds: Holds, *, code: int, heal: Callable[[], None]
) -> None:
    """The verdict waits while the server refuses with this code, and is stored once it is healed."""
    case, event = new_case(), f'"cause":{code}'
    before = lab.log(PERSISTENCE.name).count(event)
    accepted = await observer.accepted(case)
    await observer.until_called(case, Stage.JUDGE)
    async with asyncio.timeout(60):
        while lab.log(PERSISTENCE.name).count(event) <= before:
            await asyncio.sleep(0.1)
    assert lab.rows("request_id", where=f"request_id = '{accepted}'") == []
    heal()
    assert (await observer.ended(accepted))["outcome"] == "scored"
    assert len(await observer.calls(case)) == len(Stage)
    holds(await observer.history())


@pytest.mark.fault("F32")
async def test_while_mysql_has_no_connection_left_the_verdict_is_kept(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    (_, usual), *_ = execute(lab.mysql, "SHOW VARIABLES LIKE 'max_connections'")
    others = pymysql.connect(
        host=lab.mysql.address.host, port=lab.mysql.address.port, user=lab.login.username, password=lab.login.password
    )

    def heal() -> None:
        execute(lab.mysql, f"SET GLOBAL max_connections = {usual}")

    execute(lab.mysql, "SET GLOBAL max_connections = 1")
    try:
        # What the service holds already would go on working.
        lab.proxies["mysql"].set(Mode.REFUSE)
        lab.proxies["mysql"].set(Mode.PASS)
        await scored_once_after(lab, observer, holds, code=TOO_MANY_CONNECTIONS, heal=heal)
    finally:
        heal()
        others.close()


@pytest.mark.fault("F33")
async def test_while_mysql_is_read_only_the_verdict_is_kept(lab: Laboratory, observer: Observer, holds: Holds) -> None:
    def heal() -> None:
        execute(lab.mysql, "SET GLOBAL read_only = 0")

    execute(lab.mysql, "SET GLOBAL read_only = 1")
    try:
        await scored_once_after(lab, observer, holds, code=READ_ONLY, heal=heal)
    finally:
        heal()
