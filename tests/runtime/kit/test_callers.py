"""Who may call what: every service shown to every other, with every method and at every endpoint."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from itertools import product
from typing import Any
from uuid import uuid4

import httpx2
import pytest
import structlog
from fastapi import FastAPI

from config.callers import AUTHENTICATED, flow_between
from config.limits import Limits
from config.topology import GATEWAY, INFERENCE, JUDGE, PERSISTENCE, REDIS, SERVICES, Service
from runtime.persistence import main as persistence
from runtime.redis_service import main as redis_service
from tests.contract.evaluations import completed, identity
from tests.fakes.calibrations import InMemoryCalibrations
from tests.fakes.history import InMemoryHistory
from tests.fakes.request_states import InMemoryRequestStates
from tests.runtime.tokens import bearer, made_up_tokens, token_of

APPS = {REDIS: redis_service.app_with, PERSISTENCE: persistence.app_with}
MAY = {
    (GATEWAY, REDIS): {"GET", "POST"},
    (INFERENCE, REDIS): {"POST"},
    (JUDGE, REDIS): {"POST"},
    (GATEWAY, PERSISTENCE): {"GET", "POST"},
    (JUDGE, PERSISTENCE): {"GET", "PUT"},
}
WRITES = {(GATEWAY, PERSISTENCE): "/calibrations", (JUDGE, PERSISTENCE): "/history"}
"""Where they may do more than GET, if that is not everywhere."""
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
STRANGE = "somebody-elses-token-0123456789"


def app_of(service: Service) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        yield {}

    return APPS[service](lifespan, tokens=made_up_tokens)


async def _ready() -> Mapping[str, str]:
    return {}


@asynccontextmanager
async def client_of(service: Service, history: InMemoryHistory | None = None) -> AsyncIterator[httpx2.AsyncClient]:
    app = app_of(service)
    state = {
        "states": InMemoryRequestStates(),
        "history": history or InMemoryHistory(),
        "calibrations": InMemoryCalibrations(),
        "limits": Limits,
        "readiness": _ready,
    }

    async def with_state(scope: Any, receive: Any, send: Any) -> None:
        await app({**scope, "state": dict(state)}, receive, send)

    transport = httpx2.ASGITransport(with_state, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://service") as client:
        yield client


@pytest.fixture(params=list(APPS), ids=lambda service: service.name)
async def called(request: pytest.FixtureRequest) -> AsyncIterator[tuple[Service, httpx2.AsyncClient]]:
    async with client_of(request.param) as client:
        yield request.param, client


def paths_of(service: Service) -> list[str]:
    return [path.format(request_id=uuid4(), calibration_id=uuid4()) for path in app_of(service).openapi()["paths"]]


def shown_by(caller: Service, service: Service) -> dict[str, str]:
    """What the caller has: its token for this service, else one for another, else nothing."""
    flows = [flow for flow in AUTHENTICATED if flow.source == caller.name]
    flows.sort(key=lambda flow: flow.destination != service.name)
    return {"Authorization": f"Bearer {token_of(flows[0])}"} if flows else {}


def expected(caller: Service, service: Service, method: str, path: str) -> int | None:
    """The refusal's status; None: it is let in."""
    may = MAY.get((caller, service))
    if may is None:
        return 401
    writes = WRITES.get((caller, service))
    there = method == "GET" or writes is None or path == writes or path.startswith(writes + "/")
    return None if method in may and there else 403


@pytest.mark.parametrize("service", list(APPS), ids=lambda service: service.name)
@pytest.mark.parametrize("caller", SERVICES, ids=lambda service: service.name)
async def test_a_caller_may_exactly_what_the_table_says_at_every_endpoint(caller: Service, service: Service) -> None:
    paths = paths_of(service)
    assert len(paths) >= 2
    async with client_of(service) as client:
        for path, method in product([*paths, "/no-such-path", "/historyx", "/calibrationsx"], METHODS):
            response = await client.request(method, path, headers=shown_by(caller, service))
            refusal = response.status_code if response.status_code in (401, 403) else None
            assert refusal == expected(caller, service, method, path), (method, path)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": f"Bearer {STRANGE}"},
        {"Authorization": f"Basic {token_of(flow_between(JUDGE, PERSISTENCE))}"},
        {"Authorization": token_of(flow_between(JUDGE, PERSISTENCE))},
        {"Authorization": f"Bearer {token_of(flow_between(JUDGE, PERSISTENCE))[:-1]}"},
        {"X-Authorization": f"Bearer {token_of(flow_between(JUDGE, PERSISTENCE))}"},
        [("Authorization", f"Bearer {token_of(flow_between(JUDGE, each))}") for each in (PERSISTENCE, REDIS)],
    ],
)
async def test_whoever_shows_nothing_or_nothing_known_is_refused_without_an_echo(
    called: tuple[Service, httpx2.AsyncClient], headers: Any
) -> None:
    _, client = called
    with structlog.testing.capture_logs() as logs:
        response = await client.post(f"/{STRANGE}", headers=headers, content=STRANGE)
    assert (response.status_code, response.json()["code"]) == (401, "caller_unknown")
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["www-authenticate"] == "Bearer"
    assert STRANGE not in f"{logs}{response.text}{response.headers}"
    assert [each["event"] for each in logs if each.get("next_step")] == ["caller_refused"]


async def test_a_caller_that_may_not_do_this_is_told_and_logged_by_its_name() -> None:
    async with client_of(PERSISTENCE) as client:
        with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as logs:
            response = await client.put(f"/history/{uuid4()}", headers=bearer(GATEWAY, PERSISTENCE), json={})
    assert (response.status_code, response.json()["code"]) == (403, "caller_not_allowed")
    assert {each["event"]: each["caller"] for each in logs} == {
        "caller_refused": "gateway-service",
        "http_request": "gateway-service",
    }


@pytest.mark.parametrize(
    "path",
    [
        "/history/{}",
        "/history/lookup",
        "/calibrations/../history/{}",
        "//history/{}",
        "/history/{}/calibrations",
        "/history/calibrations",
    ],
)
async def test_whatever_the_gateway_sends_there_is_no_way_to_write_history(path: str) -> None:
    """A row is made by PUT, and the gateway's flow has neither that method nor that path."""
    store = InMemoryHistory()
    record = completed(identity(tenant="t"))
    target = path.format(record.request_id)
    async with client_of(PERSISTENCE, history=store) as client:
        for method in METHODS[2:]:
            url = httpx2.URL("http://service/").copy_with(raw_path=target.encode())
            headers = bearer(GATEWAY, PERSISTENCE) | {"Content-Type": "application/json"}
            answer = await client.request(method, url, headers=headers, content=record.model_dump_json())
            assert answer.status_code in (403, 404, 405)
    assert store.writes == 0


def test_the_writes_of_the_table_are_those_of_the_topology() -> None:
    assert {(flow.source, flow.destination): flow.writes for flow in AUTHENTICATED if flow.writes} == {
        (caller.name, service.name): path for (caller, service), path in WRITES.items()
    }


async def test_probes_are_answered_to_everybody(called: tuple[Service, httpx2.AsyncClient]) -> None:
    _, client = called
    for path in ("/healthz", "/readyz"):
        assert (await client.get(path)).status_code == 200


async def test_a_refused_body_is_not_read(called: tuple[Service, httpx2.AsyncClient]) -> None:
    service, _ = called
    sent: list[Any] = []

    async def receive() -> Any:
        raise AssertionError("read")

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/requests", "headers": [(b"content-length", b"1")], "state": {}}
    await app_of(service)(scope, receive, send)
    assert sent[0]["status"] == 401


async def test_a_service_without_any_token_lets_nobody_in(called: tuple[Service, httpx2.AsyncClient]) -> None:
    service, _ = called

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        yield {}

    app = APPS[service](lifespan, tokens=lambda _: tuple)
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://service") as client:
        for headers in ({}, {"Authorization": "Bearer "}, bearer(GATEWAY, service)):
            assert (await client.get("/requests", headers=headers)).status_code == 401


def test_the_table_is_that_of_the_topology() -> None:
    assert {(flow.source, flow.destination): set(flow.methods) for flow in AUTHENTICATED} == {
        (caller.name, service.name): methods for (caller, service), methods in MAY.items()
    }
