"""The HTTP clients: Unavailable for everything but an answer, and no failure from a connection that went stale."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import aiohttp
import pytest
import structlog
from pydantic import TypeAdapter

from config.callers import flow_between
from config.topology import GATEWAY, REDIS
from runtime.clients.http_history import HttpHistory
from runtime.clients.http_request_states import HttpRequestStates
from runtime.clients.service_calls import ServiceCalls
from runtime.clients.session import open_session
from runtime.contracts.history import HistoryFilter
from runtime.contracts.lifecycle import Status
from runtime.contracts.states import Advance, Creation, Cursor
from runtime.contracts.unavailable import Refused, Unavailable
from tests.contract.evaluations import change, completed, identity, new_request
from tests.runtime.clients.scripted_server import HangUp, Reply, ScriptedServer, Silence, scripted_server
from tests.runtime.tokens import made_up_tokens
from tests.servers.process import free_port

TOKENS = made_up_tokens(flow_between(GATEWAY, REDIS))
NEW = new_request(tenant="t")
CREATED = Reply(201, Creation(created=True, request_id=NEW.identity.request_id).model_dump_json().encode())
RECORD = completed(NEW.identity)
ADVANCED = Reply(200, Advance(applied=True, record=RECORD).model_dump_json().encode())
FOUND = Reply(200, RECORD.model_dump_json().encode())


@pytest.fixture
async def server() -> AsyncIterator[ScriptedServer]:
    async with scripted_server() as running:
        yield running


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as opened:
        yield opened


@pytest.fixture
def states(session: aiohttp.ClientSession, server: ScriptedServer) -> HttpRequestStates:
    return HttpRequestStates(session=session, base_url=lambda: server.url, tokens=TOKENS)


@pytest.fixture
def history(session: aiohttp.ClientSession, server: ScriptedServer) -> HttpHistory:
    return HttpHistory(session=session, base_url=lambda: server.url, tokens=TOKENS)


async def test_calls_share_a_kept_alive_connection(states: HttpRequestStates, server: ScriptedServer) -> None:
    server.script += [CREATED, ADVANCED, FOUND]
    await states.create(NEW)
    await states.advance(change(NEW.identity, Status.GATEWAY))
    await states.get(NEW.identity.request_id, tenant="t")
    assert server.connections == 1


async def test_a_creation_on_a_stale_connection_is_sent_again(
    states: HttpRequestStates, server: ScriptedServer
) -> None:
    server.script += [CREATED, HangUp(), CREATED]
    await states.create(NEW)
    assert (await states.create(NEW)).created
    assert (len(server.requests), server.connections) == (3, 2)


async def test_an_advance_without_a_count_is_sent_again(states: HttpRequestStates, server: ScriptedServer) -> None:
    server.script += [CREATED, HangUp(), ADVANCED]
    await states.create(NEW)
    assert (await states.advance(change(NEW.identity, Status.GATEWAY))).applied


async def test_reads_and_records_on_a_stale_connection_are_sent_again(
    states: HttpRequestStates, history: HttpHistory, server: ScriptedServer
) -> None:
    server.script += [FOUND, HangUp(), FOUND, HangUp(), FOUND]
    await states.get(RECORD.request_id, tenant="t")
    assert await states.get(RECORD.request_id, tenant="t") == RECORD
    assert await history.record(RECORD) == RECORD


async def test_a_service_that_keeps_hanging_up_is_unavailable(
    states: HttpRequestStates, server: ScriptedServer
) -> None:
    server.script += [HangUp()] * 9
    with pytest.raises(Unavailable) as raised:
        await states.create(NEW)
    assert raised.value.what == "redis-service"
    assert len(server.requests) == 2


@pytest.mark.parametrize("status", [400, 413, 422, 500, 502, 503, 301])
async def test_a_refusal_is_unavailable(history: HttpHistory, server: ScriptedServer, status: int) -> None:
    server.script.append(Reply(status, b"the caller's text"))
    with structlog.testing.capture_logs() as logs, pytest.raises(Unavailable) as raised:
        await history.record(RECORD)
    assert raised.value.what == "persistence-service"
    assert "the caller's text" not in f"{logs}{raised.value!r}"


@pytest.mark.parametrize(
    ("reply", "refused"),
    [
        (Reply(422, b'{"code": "row_refused", "status": 422}'), True),
        (Reply(422, b'{"code": "invalid_request"}'), False),
        (Reply(422, b"[]"), False),
        (Reply(503, b'{"code": "row_refused"}'), False),
    ],
)
async def test_only_a_row_that_mysql_does_not_take_is_told_from_a_service_that_is_away(
    history: HttpHistory, server: ScriptedServer, reply: Reply, *, refused: bool
) -> None:
    server.script.append(reply)
    with pytest.raises(Unavailable) as raised:
        await history.record(RECORD)
    assert (isinstance(raised.value, Refused), raised.value.what) == (refused, "persistence-service")


@pytest.mark.parametrize("body", [b"", b"no json", b"[]", b'{"created": "maybe"}'])
async def test_an_unreadable_answer_is_unavailable(
    states: HttpRequestStates, server: ScriptedServer, body: bytes
) -> None:
    server.script.append(Reply(201, body))
    with structlog.testing.capture_logs() as logs, pytest.raises(Unavailable) as raised:
        await states.create(NEW)
    assert raised.value.__cause__ is None
    assert "maybe" not in f"{logs}"


async def test_404_is_none_for_reads_and_unavailable_for_writes(
    states: HttpRequestStates, history: HttpHistory, server: ScriptedServer
) -> None:
    server.script += [Reply(404)] * 4
    assert await states.get(uuid4(), tenant="t") is None
    assert await history.get(uuid4(), tenant="t") is None
    with pytest.raises(Unavailable):
        await states.create(NEW)
    with pytest.raises(Unavailable):
        await history.record(RECORD)


async def test_a_service_that_is_not_there_is_unavailable(session: aiohttp.ClientSession) -> None:
    port = free_port()
    states = HttpRequestStates(session=session, base_url=lambda: f"http://127.0.0.1:{port}", tokens=TOKENS)
    with pytest.raises(Unavailable) as raised:
        await states.advance(change(NEW.identity, Status.GATEWAY))
    assert str(port) not in str(raised.value)
    assert await states.readiness() == {"redis-service": "unreachable"}


async def test_a_service_that_never_answers_is_unavailable(
    session: aiohttp.ClientSession, server: ScriptedServer
) -> None:
    server.script.append(Silence())
    calls = ServiceCalls(
        session=session, service="some-service", base_url=lambda: server.url, tokens=TOKENS, call_seconds=0.1
    )
    with pytest.raises(Unavailable):
        await calls.call(TypeAdapter(dict[str, str]), "GET", "/anything")


async def test_readiness_is_that_of_the_other_service(states: HttpRequestStates, server: ScriptedServer) -> None:
    server.script += [Reply(200), Reply(503)]
    assert await states.readiness() == {}
    assert await states.readiness() == {"redis-service": "not ready"}


async def test_a_list_carries_its_cursor_and_filters(history: HttpHistory, server: ScriptedServer) -> None:
    server.script.append(Reply(200, b"[]"))
    after = Cursor(created_at=datetime(2026, 11, 23, 1, 2, 3, 4, UTC), request_id=identity(tenant="t").request_id)
    where = HistoryFilter(status=Status.FAILED, min_score=0.25, metadata={"team": "a&b=c"})
    assert await history.page(tenant="a tenant", limit=7, after=after, where=where) == []
    expected = (
        "GET /history?tenant=a+tenant&limit=7&after_created_at=2026-11-23T01:02:03.000004%2B00:00"
        f"&after_request_id={after.request_id}&status=FAILED&min_score=0.25"
        "&metadata=%7B%22team%22:%22a%26b%3Dc%22%7D"
    )
    assert server.requests == [expected]
