"""The redis-service's HTTP border: what it answers to good and bad calls, with Redis and without."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest

from config.limits import Limits
from config.topology import GATEWAY, REDIS
from runtime.contracts.lifecycle import Status
from runtime.contracts.record_size import max_record_bytes
from runtime.local.replacements import RedisServer
from tests.contract.evaluations import change, claim, fresh_tenant, new_request, spec
from tests.contract.request_states_subjects import redis_app
from tests.runtime.tokens import bearer
from tests.servers.http_server import serving
from tests.servers.process import free_port
from tests.servers.redis_server import at_port, own_redis

pytestmark = pytest.mark.servers
HEADERS = {"Content-Type": "application/json", **bearer(GATEWAY, REDIS)}


@pytest.fixture
async def client(redis_at: RedisServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with serving(redis_app(redis_at)) as url, aiohttp.ClientSession(url, headers=HEADERS) as session:
        yield session


async def test_a_creation_is_201_and_its_replay_200(client: aiohttp.ClientSession) -> None:
    tenant = fresh_tenant()
    statuses = []
    for _ in range(2):
        body = new_request(tenant=tenant, claim=claim()).model_dump_json()
        async with client.post("/requests", data=body) as response:
            statuses.append(response.status)
    assert statuses == [201, 200]


async def test_an_unknown_request_is_404_with_a_problem(client: aiohttp.ClientSession) -> None:
    async with client.get(f"/requests/{uuid4()}", params={"tenant": "t"}) as response:
        assert response.status == 404
        assert response.content_type == "application/problem+json"
        assert (await response.json(content_type=None))["code"] == "request_not_found"


async def test_an_advance_of_another_request_than_the_path_names_is_422(client: aiohttp.ClientSession) -> None:
    body = change(new_request(tenant="t").identity, Status.GATEWAY).model_dump_json()
    async with client.post(f"/requests/{uuid4()}/advance", data=body) as response:
        assert response.status == 422
        assert (await response.json(content_type=None))["code"] == "other_request"


async def test_half_a_cursor_is_422(client: aiohttp.ClientSession) -> None:
    params = {"tenant": "t", "limit": "5", "after_request_id": str(uuid4())}
    async with client.get("/requests", params=params) as response:
        assert response.status == 422


@pytest.mark.fault("F46")
@pytest.mark.parametrize(
    "text", ["\\ud800", "\\udc00\\ud800"], ids=["a lone high surrogate", "surrogates in the wrong order"]
)
async def test_a_text_that_is_no_unicode_is_refused_without_repeating_it(
    client: aiohttp.ClientSession, text: str
) -> None:
    body = new_request(tenant="MARK", spec=spec(metadata={"k": "PLACE"})).model_dump_json().replace("PLACE", text)
    async with client.post("/requests", data=body) as response:
        answer = await response.text()
        assert response.status == 400
        assert "MARK" not in answer


async def test_a_body_over_the_limit_is_413(client: aiohttp.ClientSession) -> None:
    async with client.post("/requests", data=b" " * (max_record_bytes(Limits()) + 1)) as response:
        assert response.status == 413


@pytest.mark.fault("F8")
async def test_without_redis_the_service_is_alive_but_not_ready_and_recovers(tmp_path: Path) -> None:
    port = free_port()
    server = at_port(port)
    body = new_request(tenant="t").model_dump_json()
    async with serving(redis_app(server)) as url, aiohttp.ClientSession(url, headers=HEADERS) as session:
        async with session.get("/healthz") as live, session.get("/readyz") as ready:
            assert (live.status, ready.status) == (200, 503)
            assert (await ready.json())["missing"] == {"redis": "unreachable"}
        async with session.post("/requests", data=body) as refused:
            problem = json.loads(await refused.text())
            assert (refused.status, problem["code"], problem["retryable"]) == (503, "redis_unavailable", True)
            assert str(port) not in json.dumps(problem)
        with own_redis(tmp_path, port=port):
            async with session.get("/readyz") as ready, session.post("/requests", data=body) as created:
                assert (ready.status, created.status) == (200, 201)
