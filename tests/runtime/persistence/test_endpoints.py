"""The persistence-service's HTTP border: what it answers to good and bad calls, with MySQL and without."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from fastapi import FastAPI

from config.limits import Limits
from config.topology import JUDGE, PERSISTENCE
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.lifecycle import Status
from runtime.contracts.record_size import max_record_bytes
from runtime.local.replacements import MySqlServer
from runtime.persistence.main import app_with, open_state
from tests.contract.evaluations import answer, completed, failed, fresh_tenant, identity
from tests.contract.history_subjects import credentials, persistence_app
from tests.runtime.documents import runtime_document
from tests.runtime.tokens import bearer, made_up_tokens
from tests.servers.http_server import serving
from tests.servers.process import free_port

pytestmark = pytest.mark.servers
HEADERS = {"Content-Type": "application/json", **bearer(JUDGE, PERSISTENCE)}


@pytest.fixture
async def client(mysql_at: MySqlServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with serving(persistence_app(mysql_at)) as url, aiohttp.ClientSession(url, headers=HEADERS) as session:
        yield session


async def put(client: aiohttp.ClientSession, record: EvaluationRecord, *, path: str | None = None) -> tuple[int, Any]:
    async with client.put(path or f"/history/{record.request_id}", data=record.model_dump_json()) as response:
        return response.status, await response.json(content_type=None)


async def test_a_new_row_is_201_and_an_existing_one_200_with_what_is_stored(client: aiohttp.ClientSession) -> None:
    of = identity(tenant=fresh_tenant())
    assert await put(client, completed(of)) == (201, completed(of).model_dump(mode="json"))
    assert await put(client, failed(of)) == (200, completed(of).model_dump(mode="json"))


async def test_only_the_end_of_a_request_is_kept(client: aiohttp.ClientSession) -> None:
    running = completed(identity(tenant="t")).model_copy(update={"status": Status.JUDGE})
    status, problem = await put(client, running)
    assert (status, problem["code"]) == (422, "not_terminal")


async def test_a_record_of_another_request_than_the_path_names_is_422(client: aiohttp.ClientSession) -> None:
    status, problem = await put(client, completed(identity(tenant="t")), path=f"/history/{uuid4()}")
    assert (status, problem["code"]) == (422, "other_request")


async def test_a_record_that_the_table_refuses_is_422_without_its_values(client: aiohttp.ClientSession) -> None:
    status, problem = await put(client, completed(identity(tenant="secret" * 60)))
    assert (status, problem["code"]) == (422, "row_refused")
    assert "secret" not in json.dumps(problem)


@pytest.mark.fault("F35")
async def test_an_oversized_record_is_413(client: aiohttp.ClientSession) -> None:
    huge = answer("x" * max_record_bytes(Limits()))
    status, problem = await put(client, completed(identity(tenant="t")).model_copy(update={"inference_result": huge}))
    assert (status, problem["code"]) == (413, "too_large")


async def test_the_largest_record_that_the_limits_allow_is_stored(client: aiohttp.ClientSession) -> None:
    limits = Limits()
    worst = completed(identity(tenant=fresh_tenant())).model_copy(
        update={"inference_result": answer("\x01" * limits.max_output_chars)}
    )
    assert await put(client, worst) == (201, worst.model_dump(mode="json"))


async def test_an_unknown_request_is_404_with_a_problem(client: aiohttp.ClientSession) -> None:
    async with client.get(f"/history/{uuid4()}", params={"tenant": "t"}) as response:
        assert response.status == 404
        assert (await response.json(content_type=None))["code"] == "request_not_found"


async def test_a_list_filters_by_query(client: aiohttp.ClientSession) -> None:
    tenant = fresh_tenant()
    await put(client, completed(identity(tenant=tenant), score=0.4))
    await put(client, failed(identity(tenant=tenant)))
    params = {"tenant": tenant, "limit": "5", "status": "COMPLETED", "min_score": "0.3"}
    async with client.get("/history", params=params) as response:
        assert [row["judge_result"]["score"] for row in await response.json()] == [0.4]
    async with client.get("/history", params=params | {"metadata": '["no object"]'}) as response:
        assert response.status == 422


async def test_a_ready_service_says_so(client: aiohttp.ClientSession) -> None:
    async with client.get("/readyz") as response:
        assert (response.status, await response.json()) == (200, {"status": "ready", "missing": {}})


async def test_without_mysql_the_service_is_alive_but_not_ready(mysql_at: MySqlServer) -> None:
    nowhere = mysql_at.address.model_copy(update={"port": free_port()})

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        document = runtime_document(mysql=nowhere)
        async with AsyncExitStack() as stack:
            yield await open_state(stack, document=lambda: document, credentials=lambda: credentials(mysql_at))

    async with (
        serving(app_with(lifespan, tokens=made_up_tokens)) as url,
        aiohttp.ClientSession(url, headers=HEADERS) as session,
    ):
        async with session.get("/healthz") as live, session.get("/readyz") as ready:
            assert (live.status, ready.status) == (200, 503)
            assert (await ready.json())["missing"] == {"migrations": "not done", "mysql": "unreachable"}
        status, problem = await put(session, completed(identity(tenant="t")))
        assert (status, problem["code"], problem["retryable"]) == (503, "mysql_unavailable", True)
        assert str(nowhere.port) not in json.dumps(problem)
