"""The demo's fake gateway, which also keeps calibrations and knows two runs."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from typing import Any, Protocol

from aiohttp import web
from aiohttp.test_utils import TestServer

from runtime.contracts.calibration import Calibration
from tests.contract.calibrations import BINARY, calibration
from tests.runtime.local.fake_gateway import FakeGateway

ESTIMATE = {"value": 0.2, "low": 0.1, "high": 0.3}
SUMMARY: dict[str, Any] = {
    "run": "a",
    "evaluations": 10,
    "open": 1,
    "outcomes": {"scored": 8, "judge_error": 1},
    "coverage": 8 / 9,
    "mean_score": {"value": 0.7, "low": 0.6, "high": 0.8},
    "needs_human": 2,
    "pass_rate": {"calibration_id": str(calibration(BINARY).id), "measured": ESTIMATE, "corrected": None},
    "jury_alpha": 0.61,
    "candidate": {"usage": {"input_tokens": 5, "output_tokens": 6}, "cost_usd": 0.5},
    "judge": {"usage": None, "cost_usd": None},
    "judges": [],
    "warnings": ["The judge changed since its calibration."],
}
COMPARISON: dict[str, Any] = {
    "run": "a",
    "other": "b",
    "items": 30,
    "only_in_run": 1,
    "only_in_other": 0,
    "mean_difference": ESTIMATE,
    "wins": 18,
    "losses": 10,
    "ties": 2,
    "win_rate": {"value": 0.67, "low": 0.4, "high": 0.9},
    "length_controlled_win_rate": None,
    "pass_score": 0.5,
    "newly_passing": 3,
    "newly_failing": 1,
    "mcnemar_p": 0.625,
    "warnings": [],
}


class MeasuringGateway(FakeGateway):
    def __init__(self) -> None:
        super().__init__()
        self.calibrated: list[dict[str, Any]] = []
        self.calibration: Calibration = calibration(BINARY)
        self.comparison = COMPARISON

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/v1/evaluations", self._submit)
        app.router.add_get("/v1/evaluations/{id}", self._read)
        app.router.add_get("/v1/evaluations", self._list)
        app.router.add_post("/v1/calibrations", self._calibrate)
        app.router.add_get("/v1/runs/{run}", self._run)
        app.router.add_get("/v1/runs/{run}/comparison", self._compare)
        async with TestServer(app) as server:
            yield str(server.make_url("")).rstrip("/")

    async def _calibrate(self, request: web.Request) -> web.StreamResponse:
        self.calibrated.append(await request.json())
        return web.json_response(text=self.calibration.model_dump_json(), status=201)

    async def _run(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["run"] != "a":
            problem = {"code": "run_not_found", "detail": "There is no evaluation of this run: check its name."}
            return web.json_response(problem, status=404)
        return web.json_response(SUMMARY)

    async def _compare(self, request: web.Request) -> web.StreamResponse:
        assert request.query["with"] == "b"
        return web.json_response(self.comparison)


class Server(Protocol):
    def serve(self) -> AbstractAsyncContextManager[str]: ...


@contextmanager
def served(gateway: Server) -> Iterator[str]:
    """In a thread of its own: the command has its own event loop."""
    ready, stop, urls = threading.Event(), asyncio.Event(), []
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with gateway.serve() as url:
            urls.append(url)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    assert ready.wait(10)
    try:
        yield urls[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
