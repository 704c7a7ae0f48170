"""A gateway for the demo's tests: accepts, judges at once, and fails as it is told to."""

from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiohttp import web
from aiohttp.test_utils import TestServer

CRITERIA = [{"name": "correct", "score": 0.9}, {"name": "on_task", "score": 0.7}]


class FakeGateway:
    """`score` and `outcome` of an item come from its metadata; `history` may be tampered with."""

    def __init__(self) -> None:
        self.by_key: dict[str, dict[str, Any]] = {}
        self.history: list[dict[str, Any]] = []
        self.faults: deque[int | None] = deque()
        """What the next requests get instead of an answer: a status, or None for a cut connection."""
        self.limited: deque[int] = deque()
        """Retry-After of the next lines, which are over a limit."""
        self.headers: list[dict[str, str]] = []
        self.bodies: list[dict[str, Any]] = []
        self.failing: set[str] = set()
        """Inputs whose evaluations end without a score, as with a key that the provider refuses."""

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[str]:
        app = web.Application()
        app.router.add_post("/v1/evaluations", self._submit)
        app.router.add_get("/v1/evaluations/{id}", self._read)
        app.router.add_get("/v1/evaluations", self._list)
        async with TestServer(app) as server:
            yield str(server.make_url("")).rstrip("/")

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        self._fail_if_told(request)
        if self.limited:
            return over_limit(self.limited.popleft())
        body = await request.json()
        self.headers.append(dict(request.headers))
        self.bodies.append(body)
        if "input" not in body:
            problem = {
                "code": "invalid_request",
                "errors": [{"pointer": "/input", "detail": "This field is required."}],
            }
            return web.json_response(problem, status=422, content_type="application/problem+json")
        key = request.headers["Idempotency-Key"]
        outcome = "judge_error" if body["input"] in self.failing else "scored"
        evaluation = self.by_key.setdefault(key, judged(body, outcome))
        if evaluation not in self.history:
            self.history.append(evaluation)
        return web.json_response({"id": evaluation["id"], "status": "GATEWAY"}, status=202)

    async def _read(self, request: web.Request) -> web.StreamResponse:
        self._fail_if_told(request)
        found = next(entry for entry in self.by_key.values() if entry["id"] == request.match_info["id"])
        return web.json_response(found)

    async def _list(self, request: web.Request) -> web.StreamResponse:
        """One entry a page, newest first, to have the cursor used."""
        fields = request.query.keys() & {"status", "run"}
        entries = [
            entry for entry in reversed(self.history) if all(entry[name] == request.query[name] for name in fields)
        ]
        start = int(request.query.get("cursor", 0))
        more = start + 1 < len(entries)
        page = {"data": entries[start : start + 1], "has_more": more, "next_cursor": str(start + 1) if more else None}
        return web.json_response(page)

    def _fail_if_told(self, request: web.Request) -> None:
        if not self.faults:
            return
        status = self.faults.popleft()
        if status is None:
            assert request.transport is not None
            request.transport.abort()
        raise web.HTTPTooManyRequests if status == 429 else web.HTTPServiceUnavailable


def over_limit(retry_after: int) -> web.StreamResponse:
    detail = "You may send 2 requests a day. Nothing was started: send the same request again after Retry-After."
    problem = {"code": "quota_exceeded", "detail": detail, "retryable": True}
    return web.json_response(problem, status=429, headers={"Retry-After": str(retry_after)})


def judged(body: dict[str, Any], outcome: str = "scored") -> dict[str, Any]:
    metadata = body.get("metadata", {})
    outcome = metadata.get("outcome", outcome)
    scored = outcome == "scored"
    now = datetime.now(UTC).isoformat()
    return {
        "id": str(uuid4()),
        "status": "COMPLETED" if scored else "FAILED",
        "outcome": outcome,
        "score": float(metadata.get("score", 0.8)) if scored else None,
        "judge_result": {"criteria": CRITERIA, "self_judged": False} if scored else None,
        "failure": None if scored else {"stage": "judge", "reason": "auth", "advice": "The provider refused the key."},
        "metadata": metadata,
        "run": body.get("run"),
        "item": body.get("item"),
        "created_at": now,
        "updated_at": now,
    }
