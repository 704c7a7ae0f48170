"""Lets in only the services that the topology names as callers, each with the methods that it may use and where."""

import hashlib
import hmac
from collections.abc import Callable

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from config.callers import callers_of
from config.topology import Flow, Service
from runtime.kit.http import HEALTH_PATHS
from runtime.kit.problems import Problem, problem_response
from runtime.kit.tokens import Tokens

log = structlog.get_logger()

UNKNOWN = Problem(
    401,
    "caller_unknown",
    "This service answers some of the other services only: send the token that is mounted for this call.",
    headers={"WWW-Authenticate": "Bearer"},
)
NOT_ALLOWED = Problem(
    403, "caller_not_allowed", "You are known here, but may not do this: see the flows of config/topology.py."
)


class CallerCheck:
    """Refuses before a body is read. Probes are answered to everybody."""

    def __init__(self, app: ASGIApp, *, service: Service, tokens: Callable[[Flow], Tokens]) -> None:
        self._app = app
        self._callers = [(flow, tokens(flow)) for flow in callers_of(service)]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in HEALTH_PATHS:
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        await (problem_response(refusal) if refusal else self._app)(scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        flow = self._flow_of(_token(scope))
        if flow is None:
            log.warning("caller_refused", next_step="see who calls; where it is a service, rotate its token (runbook)")
            return UNKNOWN
        structlog.contextvars.bind_contextvars(caller=flow.source)
        if not _may(flow, scope["method"], scope["path"]):
            log.warning("caller_refused", next_step="deploy one version of both services; else somebody has its token")
            return NOT_ALLOWED
        return None

    def _flow_of(self, shown: bytes) -> Flow | None:
        """Compares with every token in constant time, so that the time tells nothing about any of them."""
        digest = hashlib.sha256(shown).digest()
        found = [
            flow
            for flow, tokens in self._callers
            for token in tokens()
            if hmac.compare_digest(digest, hashlib.sha256(token.get_secret_value().encode()).digest())
        ]
        return found[0] if found else None


def _may(flow: Flow, method: str, path: str) -> bool:
    if method not in flow.methods:
        return False
    return method == "GET" or flow.writes is None or f"{path}/".startswith(f"{flow.writes}/")


def _token(scope: Scope) -> bytes:
    """What comes after `Bearer` in the one header of that name; else nothing, which is nobody's token."""
    shown = [value for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, token = shown[0].partition(b" ") if len(shown) == 1 else (b"", b"", b"")
    return bytes(token.strip()) if scheme.lower() == b"bearer" else b""
