"""Who calls: the tenant of the API key in `Authorization: Bearer ...`, by the runtime document as it is now."""

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Annotated, Any

import structlog
from fastapi import Depends, Request, Response, Security
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from config.runtime_document import RuntimeDocument
from config.tenant import OPEN_TENANT, Tenant, TenantLimits
from runtime.keys.api_key import KEY_LENGTH, PREFIX, hash_api_key, is_api_key
from runtime.kit.problems import Problem

CHALLENGE = 'Bearer realm="llm-judge"'


@dataclass(frozen=True)
class Caller:
    tenant: str
    limits: TenantLimits | None = None


class Callers:
    def __init__(self, *, document: Callable[[], RuntimeDocument]) -> None:
        self._document = document
        self._indexed: tuple[Tenant, ...] = ()
        self._by_hash: dict[str, Tenant] = {}

    def identify(self, authorization: str | None) -> Caller:
        """Raises Problem 401 without a valid key, 403 for a disabled tenant."""
        document = self._document()
        if document.is_open:
            return Caller(OPEN_TENANT)
        if not document.tenants:
            raise _refused("no_tenants", "Nobody can use this deployment yet: its operator adds a tenant, and deploys.")
        key = _bearer(authorization)
        if key is None:
            raise _refused("missing_api_key", f"Send your API key: `Authorization: Bearer {PREFIX}...`.")
        if not is_api_key(key):
            form = f"one begins with {PREFIX} and has {KEY_LENGTH} characters"
            raise _refused("malformed_api_key", f"This is no whole API key: copy it again; {form}.", "invalid_token")
        # Found by its hash: how long that takes tells nothing of any key.
        tenant = self._index(document).get(hash_api_key(key))
        if tenant is None:
            advice = "No tenant has this API key: it was replaced, or belongs to another deployment. Ask the operator."
            raise _refused("unknown_api_key", advice, "invalid_token")
        if tenant.disabled:
            raise Problem(403, "tenant_disabled", "Your tenant is disabled: ask the operator of this deployment.")
        return Caller(tenant.name, tenant.limits)

    def _index(self, document: RuntimeDocument) -> dict[str, Tenant]:
        """Made anew when another document has become active."""
        if document.tenants is not self._indexed:
            self._by_hash = {key_hash: tenant for tenant in document.tenants for key_hash in tenant.key_hashes}
            self._indexed = document.tenants
        return self._by_hash


class CallersRoute(APIRoute):
    """Asks who calls before anything of the body is read: a stranger costs no more than this."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def identified(request: Request) -> Response:
            callers: Callers = request.state.gateway.callers
            request.state.caller = who = callers.identify(request.headers.get("Authorization"))
            structlog.contextvars.bind_contextvars(tenant=who.tenant)
            return await handle(request)

        return identified


_IN_THE_API_DOCUMENT = HTTPBearer(
    auto_error=False,
    scheme_name="ApiKey",
    bearerFormat=f"{PREFIX}...",
    description="Your tenant's API key, from the operator. A run on one machine without tenants needs none.",
)


async def caller(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_IN_THE_API_DOCUMENT)]
) -> Caller:
    who: Caller = request.state.caller
    return who


Who = Annotated[Caller, Depends(caller)]


def _bearer(authorization: str | None) -> str | None:
    scheme, _, credentials = (authorization or "").partition(" ")
    return credentials.strip() or None if scheme.lower() == "bearer" else None


def _refused(code: str, detail: str, error: str | None = None) -> Problem:
    """`error`: RFC 6750's word for a key that was sent."""
    challenge = f'{CHALLENGE}, error="{error}"' if error else CHALLENGE
    return Problem(401, code, detail, headers={"WWW-Authenticate": challenge})
