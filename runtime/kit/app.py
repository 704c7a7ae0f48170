"""Makes the FastAPI app of a service: health, problems, logs and limits around its own routers."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from starlette.middleware import Middleware
from starlette.responses import JSONResponse, Response
from starlette.types import Scope

from config.callers import callers_of
from config.topology import Flow, Service
from runtime.kit.callers import CallerCheck
from runtime.kit.http import AccessLog, BodyLimit
from runtime.kit.problems import add_problem_handlers
from runtime.kit.settings_status import SettingsStatus
from runtime.kit.tokens import Tokens, no_tokens

Readiness = Callable[[], Awaitable[Mapping[str, str]]]
"""What keeps the service from working, by name; empty when it is ready. It answers within a second or two."""

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[Mapping[str, Any]]]
"""Yields the state that handlers read from `request.state`; `readiness` is one of its entries, and `settings_status`
where the service has settings."""


def service_app(
    service: Service,
    *,
    lifespan: Lifespan,
    routers: Sequence[APIRouter],
    max_body_bytes: Callable[[Scope], int],
    tokens: Callable[[Flow], Tokens] = lambda _: no_tokens,
    factory: Callable[..., FastAPI] = FastAPI,
    **fastapi: Any,
) -> FastAPI:
    """`tokens`: where the topology names the callers, nobody else gets an answer.

    `fastapi`: FastAPI's own keywords, such as `title` or `docs_url`; without them there is no page and no schema.
    """
    checks = [Middleware(CallerCheck, service=service, tokens=tokens)] if callers_of(service) else []
    app = factory(
        lifespan=lifespan,
        # The scheme of such a redirect is that of this hop: behind a load balancer it sends a caller, with the keys in
        # the headers, from https to http.
        redirect_slashes=False,
        middleware=[Middleware(AccessLog), *checks, Middleware(BodyLimit, max_body_bytes=max_body_bytes)],
        **({"title": service.name, "docs_url": None, "redoc_url": None, "openapi_url": None} | fastapi),
    )
    add_problem_handlers(app)
    app.include_router(_health_router())
    for router in routers:
        app.include_router(router)
    return app


def _health_router() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "up"}

    @router.get("/readyz")
    async def readyz(request: Request) -> Response:
        readiness: Readiness = request.state.readiness
        missing = await readiness()
        status = 503 if missing else 200
        body: dict[str, Any] = {"status": "not_ready" if missing else "ready", "missing": dict(missing)}
        settings: Callable[[], SettingsStatus] | None = getattr(request.state, "settings_status", None)
        if settings is not None:
            # To be seen only: with the last good document a service does its work.
            body["settings"] = settings().model_dump(mode="json")
        return JSONResponse(body, status)

    return router
