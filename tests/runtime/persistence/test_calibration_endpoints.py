"""What the gateway gets from the persistence-service besides evaluations one by one."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import aiohttp
import pytest

from config.limits import LOOKUP_IDS_MAX
from config.topology import GATEWAY, JUDGE, PERSISTENCE
from runtime.local.replacements import MySqlServer
from tests.contract.calibrations import BINARY, calibration
from tests.contract.evaluations import completed, fresh_tenant, identity
from tests.contract.history_subjects import persistence_app
from tests.runtime.tokens import bearer
from tests.servers.http_server import serving

pytestmark = pytest.mark.servers
HEADERS = {"Content-Type": "application/json", **bearer(GATEWAY, PERSISTENCE)}


@pytest.fixture
async def client(mysql_at: MySqlServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with serving(persistence_app(mysql_at)) as url, aiohttp.ClientSession(url, headers=HEADERS) as session:
        yield session


async def answer(client: aiohttp.ClientSession, method: str, path: str, **more: Any) -> tuple[int, Any]:
    async with client.request(method, path, **more) as response:
        return response.status, await response.json(content_type=None)


async def test_a_calibration_is_201_and_unknown_ones_are_404(client: aiohttp.ClientSession) -> None:
    made = calibration(BINARY).model_copy(update={"id": uuid4(), "tenant": fresh_tenant()})
    status, body = await answer(client, "POST", "/calibrations", data=made.model_dump_json())
    assert (status, body) == (201, made.model_dump(mode="json"))
    for path, tenant in ((made.id, "t"), (uuid4(), made.tenant)):
        status, problem = await answer(client, "GET", f"/calibrations/{path}", params={"tenant": tenant})
        assert (status, problem["code"]) == (404, "calibration_not_found")


async def test_a_calibration_that_the_table_refuses_is_422_without_its_values(client: aiohttp.ClientSession) -> None:
    made = calibration(BINARY).model_copy(update={"id": uuid4(), "tenant": "secret" * 60})
    status, problem = await answer(client, "POST", "/calibrations", data=made.model_dump_json())
    assert (status, problem["code"]) == (422, "row_refused")
    assert "secret" not in str(problem)


@pytest.mark.parametrize("count", [0, LOOKUP_IDS_MAX + 1])
async def test_a_look_up_names_some_ids_and_not_too_many(client: aiohttp.ClientSession, count: int) -> None:
    params = {"tenant": "t", "ids": ",".join(str(uuid4()) for _ in range(count))}
    assert (await answer(client, "GET", "/history/lookup", params=params))[0] == 422


@pytest.mark.parametrize("ids", ["x", f"{UUID(int=1)},", f"{UUID(int=1)} {UUID(int=2)}", "' OR 1=1 --"])
async def test_what_is_no_list_of_ids_is_refused(client: aiohttp.ClientSession, ids: str) -> None:
    assert (await answer(client, "GET", "/history/lookup", params={"tenant": "t", "ids": ids}))[0] == 422


async def test_the_gateway_writes_no_history_and_the_judge_no_calibration(client: aiohttp.ClientSession) -> None:
    record, made = completed(identity(tenant=fresh_tenant())), calibration(BINARY)
    by_judge = HEADERS | bearer(JUDGE, PERSISTENCE)
    assert (await answer(client, "PUT", f"/history/{record.request_id}", data=record.model_dump_json()))[0] == 403
    path = f"/calibrations/{made.id}"
    for method in ("PUT", "POST"):
        refused = await answer(client, method, path, data=made.model_dump_json(), headers=by_judge)
        assert (refused[0], refused[1]["code"]) == (403, "caller_not_allowed")
    found = await answer(client, "GET", f"/history/{record.request_id}", params={"tenant": record.tenant})
    assert found[0] == 404
