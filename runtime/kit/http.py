"""The plain ASGI layer around every service: one log line per request, a body limit, the request id in the logs."""

import time
from collections.abc import Callable

import structlog
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.kit.problems import DETAILS, Problem, problem_response

log = structlog.get_logger()

HEALTH_PATHS = ("/healthz", "/readyz")


class AccessLog:
    """Logs method, route, status and duration; never a query string, a header or a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in HEALTH_PATHS:
            await self._app(scope, receive, send)
            return
        structlog.contextvars.clear_contextvars()
        started = time.perf_counter()
        status = 500

        async def watch(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watch)
        finally:
            elapsed = round((time.perf_counter() - started) * 1000, 1)
            route = getattr(scope.get("route"), "path", "unknown")
            log.info("http_request", method=scope["method"], route=route, status=status, duration_ms=elapsed)


class BodyLimit:
    """Answers 413 once a body is over the limit, whatever its Content-Length claims; never reads past it."""

    def __init__(self, app: ASGIApp, *, max_body_bytes: Callable[[Scope], int]) -> None:
        self._app = app
        self._max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._max_body_bytes(scope)
        seen = 0

        async def count() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                # An HTTPException is the only error that passes through FastAPI's own reading of the body.
                raise HTTPException(413, headers={"Connection": "close"})
            return message

        declared = next((int(value) for name, value in scope["headers"] if name == b"content-length"), 0)
        if declared > limit:
            problem = Problem(413, "too_large", DETAILS[413], headers={"Connection": "close"})
            await problem_response(problem)(scope, receive, send)
            return
        await self._app(scope, count, send)
