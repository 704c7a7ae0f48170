"""The shell that every service has: health, problems, limits."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest
from fastapi import APIRouter, FastAPI

from config.base import Frozen
from config.topology import GATEWAY
from runtime.contracts.unavailable import Unavailable
from runtime.kit.app import service_app
from runtime.kit.settings_status import ActiveSettings, LatestRead, SettingsStatus

SECRET = "sk-canary-0123456789"
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Body(Frozen):
    name: str
    count: int = 1


@pytest.fixture
def missing() -> dict[str, str]:
    return {}


@pytest.fixture
async def client(missing: dict[str, str]) -> AsyncIterator[httpx2.AsyncClient]:
    router = APIRouter()

    @router.post("/echo")
    async def echo(body: Body) -> dict[str, str]:
        return {"name": body.name}

    @router.get("/away")
    async def away() -> None:
        raise Unavailable("redis-service")

    @router.get("/crash")
    async def crash() -> None:
        raise RuntimeError(SECRET)

    async def readiness() -> Mapping[str, str]:
        return missing

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        yield {}

    app = service_app(GATEWAY, lifespan=lifespan, routers=[router], max_body_bytes=lambda _: 1000)

    async def with_state(scope: Any, receive: Any, send: Any) -> None:
        scope.setdefault("state", {})["readiness"] = readiness
        await app(scope, receive, send)

    transport = httpx2.ASGITransport(with_state, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client


async def problem(response: httpx2.Response, status: int, code: str) -> Mapping[str, Any]:
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert (body["status"], body["code"]) == (status, code)
    assert body["detail"]
    return body


async def test_no_path_redirects_a_caller_and_its_keys_elsewhere(client: httpx2.AsyncClient) -> None:
    await problem(await client.post("/echo/", json={"name": "a"}), 404, "not_found")


async def test_a_body_that_is_no_json_is_pointed_at_as_a_whole(client: httpx2.AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    body = await problem(await client.post("/echo", content=b'{"name": ', headers=headers), 400, "invalid_json")
    assert [error["pointer"] for error in body["errors"]] == [""]


async def test_healthy_and_ready_are_two_questions(client: httpx2.AsyncClient, missing: dict[str, str]) -> None:
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).status_code == 200
    missing["redis"] = "unreachable"
    assert (await client.get("/healthz")).status_code == 200
    not_ready = await client.get("/readyz")
    assert not_ready.status_code == 503
    assert not_ready.json()["missing"] == {"redis": "unreachable"}


@pytest.mark.fault("F42")
@pytest.mark.parametrize("latest", LatestRead)
async def test_readiness_shows_the_settings_and_does_not_depend_on_their_latest_read(latest: LatestRead) -> None:
    status = SettingsStatus(
        active=ActiveSettings(version="0123456789ab", schema_version=1, active_since=NOON),
        latest_read=latest,
        latest_read_since=NOON,
    )

    async def readiness() -> Mapping[str, str]:
        return {}

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        yield {}

    app = service_app(GATEWAY, lifespan=lifespan, routers=[], max_body_bytes=lambda _: 0)

    async def with_state(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": {"readiness": readiness, "settings_status": lambda: status}}, receive, send)

    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(with_state), base_url="http://service") as client:
        answer = await client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["settings"] == {
        "active": {"version": "0123456789ab", "schema_version": 1, "active_since": "2026-03-01T12:00:00Z"},
        "latest_read": latest.value,
        "latest_read_since": "2026-03-01T12:00:00Z",
    }


async def test_a_wrong_field_is_pointed_at_and_its_value_stays_out(client: httpx2.AsyncClient) -> None:
    response = await client.post("/echo", json={"name": 7, "count": SECRET, "extra": SECRET})
    body = await problem(response, 422, "invalid_request")
    assert {error["pointer"] for error in body["errors"]} == {"/name", "/count", "/extra"}
    assert SECRET not in response.text


@pytest.mark.fault("F46")
@pytest.mark.parametrize("text", ['{"name": ', "", "[1", '{"name": "\\ud800"}', "[" * 900])
async def test_what_is_not_json_is_a_4xx_and_never_comes_back(client: httpx2.AsyncClient, text: str) -> None:
    response = await client.post("/echo", content=text + SECRET, headers={"Content-Type": "application/json"})
    assert 400 <= response.status_code < 500
    assert response.headers["content-type"] == "application/problem+json"
    assert SECRET not in response.text


@pytest.mark.fault("F43")
async def test_a_body_over_the_limit_is_cut_off_by_its_declared_length(client: httpx2.AsyncClient) -> None:
    await problem(await client.post("/echo", json={"name": "x" * 2000}), 413, "too_large")


@pytest.mark.fault("F43")
async def test_a_body_over_the_limit_is_cut_off_while_it_streams(client: httpx2.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * 100

    response = await client.post("/echo", content=chunks(), headers={"Content-Type": "application/json"})
    await problem(response, 413, "too_large")


async def test_an_absent_dependency_is_a_retryable_503(client: httpx2.AsyncClient) -> None:
    response = await client.get("/away")
    body = await problem(response, 503, "redis_service_unavailable")
    assert body["retryable"] is True
    assert int(response.headers["retry-after"]) > 0


async def test_our_own_fault_tells_nothing_of_its_insides(client: httpx2.AsyncClient) -> None:
    response = await client.get("/crash")
    await problem(response, 500, "internal_error")
    assert SECRET not in response.text


async def test_an_unknown_path_is_a_problem_too(client: httpx2.AsyncClient) -> None:
    await problem(await client.get("/nowhere"), 404, "not_found")
