"""Where no gateway is: the command ends at once, and says what to check."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from runtime.api_client.gateway import GatewayClient
from runtime.api_client.items import Item
from runtime.api_client.result import Ending
from runtime.cli.commands import INTERRUPTED, main
from tests.runtime.cli.labelled_lines import LINES, written
from tests.runtime.cli.measuring_gateway import MeasuringGateway, served


class Something:
    """Another server, which says the same to everybody."""

    def __init__(self, status: int, text: str) -> None:
        self.status, self.text = status, text
        self.calls = 0

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        async with TestServer(app) as server:
            yield str(server.make_url("")).rstrip("/")

    async def _answer(self, _: web.Request) -> web.StreamResponse:
        self.calls += 1
        return web.Response(status=self.status, text=self.text)


@pytest.mark.parametrize("command", ["calibrate", "attack", "run", "compare"])
@pytest.mark.parametrize(
    ("status", "text", "complaint"),
    [
        (200, "", "is not an LLM-Judge gateway"),
        (200, "<html>", "is not an LLM-Judge gateway"),
        (200, "[]", "is not an LLM-Judge gateway"),
        (200, '{"data": [1], "has_more": false}', "is not an LLM-Judge gateway"),
        (404, "<html>", "404 and no reason: check --url"),
        (404, '{"errors": [{"message": "unknown"}]}', "404 and no reason: check --url"),
    ],
)
def test_another_server_is_told_from_a_gateway_at_the_first_answer(
    command: str, status: int, text: str, complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = Something(status, text)
    more = {"calibrate": [written(tmp_path / "l.jsonl", LINES)], "attack": [], "run": ["a"], "compare": ["a", "b"]}
    with served(other) as url:
        assert main(["--url", url, command, *more[command]]) == 1
    assert other.calls == 1
    assert complaint in capsys.readouterr().out


@pytest.mark.parametrize("url", ["localhost:8000", "nothing"])
def test_what_is_no_url_is_told(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", url, "run", "a"]) == 1
    assert f"{url} is not an LLM-Judge gateway" in capsys.readouterr().out


def test_an_address_that_nobody_listens_at_is_given_up_within_seconds(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--url", f"http://127.0.0.1:{unused_port()}", "run", "a"]) == 1
    assert "does not answer: check --url" in capsys.readouterr().out


async def test_whoever_answered_once_is_waited_for() -> None:
    gateway = MeasuringGateway()
    gateway.faults.extend([503, None, None])
    async with gateway.serve() as url, aiohttp.ClientSession() as session:
        client = GatewayClient(session=session, base_url=url, headers={}, first_patience_seconds=0.5)
        result = await client.evaluate(Item("a", "f:1", {"input": "q"}), idempotency_key="k")
    assert result.ending is Ending.JUDGED


async def test_a_line_that_something_else_answers_is_lost_and_the_others_go_on() -> None:
    async with Something(200, "{}").serve() as url, aiohttp.ClientSession() as session:
        client = GatewayClient(session=session, base_url=url, headers={})
        result = await client.evaluate(Item("a", "f:1", {"input": "q"}), idempotency_key="k")
    assert result.ending is Ending.LOST


class NeverDone(MeasuringGateway):
    def __init__(self) -> None:
        super().__init__()
        self.waited_for = threading.Event()

    async def _read(self, request: web.Request) -> web.StreamResponse:
        self.waited_for.set()
        return web.json_response({"id": request.match_info["id"], "status": "JUDGE"})


def test_an_interrupt_is_a_sentence_and_no_traceback(tmp_path: Path) -> None:
    gateway, file = NeverDone(), written(tmp_path / "l.jsonl", LINES)
    with served(gateway) as url:
        command = [sys.executable, "-m", "runtime.cli", "--url", url, "calibrate", file]
        with subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # A test run in the background ignores interrupts, and so would what it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509
        ) as process:
            try:
                assert gateway.waited_for.wait(60)
                os.kill(process.pid, signal.SIGINT)
                out, err = process.communicate(timeout=30)
            finally:
                process.kill()
    assert (process.returncode, err) == (INTERRUPTED, "")
    assert "Interrupted. What was sent is judged all the same" in out
