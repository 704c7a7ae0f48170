"""A token is rotated while calls go on: whichever end learns of the new one first, no call is refused."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import structlog
from fastapi import FastAPI

from config.callers import flow_between, previous_token_file, token_file
from config.limits import Limits
from config.topology import GATEWAY, REDIS, Flow
from runtime.clients.http_request_states import HttpRequestStates
from runtime.clients.session import open_session
from runtime.contracts.evaluation import Message
from runtime.contracts.unavailable import Unavailable
from runtime.kit.tokens import Tokens, mounted_tokens
from runtime.local.folder import write_private
from runtime.redis_service.main import app_with
from tests.contract.evaluations import new_request, spec
from tests.fakes.request_states import InMemoryRequestStates
from tests.servers.http_server import serving

FLOW = flow_between(GATEWAY, REDIS)
LONG = "x" * 100_000
"""More than a server takes in before somebody reads it."""


class Ends:
    """A caller and a service, each with a mount of its own."""

    def __init__(self, states: HttpRequestStates, caller: Path, service: Path) -> None:
        self._states = states
        self.caller, self.service = caller, service

    async def call(self) -> bool:
        """A POST, which must have been done once, and a GET."""
        new = new_request(tenant="t", spec=spec(input=(Message(role="user", content=LONG),)))
        created = await self._states.create(new)
        return created.created and await self._states.get(new.identity.request_id, tenant="t") is not None

    async def refused(self) -> bool:
        try:
            await self.call()
        except Unavailable:
            return True
        return False


def mount(folder: Path, current: str, previous: str | None = None) -> None:
    write_private(folder / token_file(FLOW), current)
    if previous:
        write_private(folder / previous_token_file(FLOW), previous)


@pytest.fixture
async def ends(tmp_path: Path) -> AsyncIterator[Ends]:
    caller, service = tmp_path / "caller", tmp_path / "service"
    for folder in (caller, service):
        folder.mkdir()
        mount(folder, "token-a")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        yield {"states": InMemoryRequestStates(), "limits": Limits}

    def tokens(flow: Flow) -> Tokens:
        return mounted_tokens(flow, service)

    async with serving(app_with(lifespan, tokens=tokens)) as url, open_session() as session:
        states = HttpRequestStates(session=session, base_url=lambda: url, tokens=mounted_tokens(FLOW, caller))
        yield Ends(states, caller, service)


@pytest.mark.parametrize("first", ["caller", "service"])
async def test_no_call_is_refused_whichever_end_learns_of_the_new_token_first(ends: Ends, first: str) -> None:
    in_order = [ends.caller, ends.service] if first == "caller" else [ends.service, ends.caller]
    assert await ends.call()
    for folder in in_order:
        mount(folder, "token-b", "token-a")
        assert await ends.call()
    for folder in in_order:
        mount(folder, "token-c", "token-b")
        assert await ends.call()


async def test_a_token_is_worth_nothing_after_the_second_rotation(ends: Ends) -> None:
    mount(ends.service, "token-b", "token-a")
    assert await ends.call()
    mount(ends.service, "token-c", "token-b")
    assert await ends.refused()


async def test_a_caller_without_a_token_is_unavailable_and_says_what_to_do(ends: Ends) -> None:
    (ends.caller / token_file(FLOW)).unlink()
    with structlog.testing.capture_logs() as logs:
        assert await ends.refused()
    (refused,) = [each for each in logs if each["event"] == "service_refused"]
    assert "rotat" in refused["next_step"]


async def test_no_token_is_in_any_log(ends: Ends) -> None:
    mount(ends.caller, "token-of-nobody")
    with structlog.testing.capture_logs() as logs:
        assert await ends.refused()
    assert {each["event"] for each in logs} >= {"caller_refused", "service_refused"}
    assert "token-of-nobody" not in f"{logs}"
