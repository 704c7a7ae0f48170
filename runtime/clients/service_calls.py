"""One HTTP call to another service: our token, a total time-out, and Unavailable for everything but an answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

import aiohttp
import structlog
from pydantic import BaseModel, ConfigDict, SecretStr, TypeAdapter, ValidationError

from runtime.contracts.unavailable import ROW_REFUSED, Refused, Unavailable
from runtime.kit.tokens import Tokens

log = structlog.get_logger()

CALL_SECONDS = 15.0
"""Above the services' own limits for Redis and MySQL, so that their answer arrives first."""
CONNECT_SECONDS = 2.0
READINESS_SECONDS = 2.0
OK, CREATED, UNAUTHORIZED, FORBIDDEN, NOT_FOUND, UNPROCESSABLE = 200, 201, 401, 403, 404, 422

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ServiceCalls:
    session: aiohttp.ClientSession
    service: str
    base_url: Callable[[], str]
    tokens: Tokens
    call_seconds: float = CALL_SECONDS

    async def call(
        self,
        reads: TypeAdapter[T],
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: BaseModel | None = None,
        repeatable: bool = False,
    ) -> T:
        """`repeatable`: a POST that may be sent once more, where a kept-alive connection turns out to be closed.

        aiohttp does the same for GET and PUT by itself.
        """
        data = body.model_dump_json().encode() if body is not None else None
        status, content = await self._exchange(method, path, params, data, repeatable=repeatable)
        return self._read(reads, status, content)

    async def find(
        self, reads: TypeAdapter[T], path: str, *, params: Mapping[str, str], wait_seconds: float = 0
    ) -> T | None:
        """A GET; None for 404. `wait_seconds`: how long the service itself may hold the answer back."""
        status, content = await self._exchange("GET", path, params, None, wait_seconds=wait_seconds)
        return None if status == NOT_FOUND else self._read(reads, status, content)

    async def readiness(self) -> dict[str, str]:
        timeout = aiohttp.ClientTimeout(total=READINESS_SECONDS)
        try:
            status, _ = await self._send("GET", "/readyz", None, None, timeout, None)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return {self.service: "unreachable"}
        return {} if status == OK else {self.service: "not ready"}

    async def _exchange(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        data: bytes | None,
        *,
        repeatable: bool = False,
        wait_seconds: float = 0,
    ) -> tuple[int, bytes]:
        timeout = aiohttp.ClientTimeout(total=self.call_seconds + wait_seconds, sock_connect=CONNECT_SECONDS)
        send = partial(self._send, method, path, params, data, timeout)
        answer = UNAUTHORIZED, b""
        try:
            for token in self.tokens():
                answer = await _sent(send, token, repeatable=repeatable)
                if answer[0] != UNAUTHORIZED:
                    break
                # It was refused unread. In the minutes of a rotation the service may know only the token before this.
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("service_unreachable", peer=self.service, error=type(error).__name__)
            raise Unavailable(self.service) from None
        return answer

    async def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        data: bytes | None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own kind
        token: SecretStr | None,
    ) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"} if data is not None else {}
        if token is not None:
            headers["Authorization"] = f"Bearer {token.get_secret_value()}"
        async with self.session.request(
            method,
            f"{self.base_url()}{path}",
            params=params,
            data=data,
            headers=headers,
            timeout=timeout,
            allow_redirects=False,
        ) as response:
            return response.status, await response.read()

    def _read(self, reads: TypeAdapter[T], status: int, content: bytes) -> T:
        if status in (UNAUTHORIZED, FORBIDDEN):
            log.error(
                "service_refused",
                peer=self.service,
                status=status,
                next_step="rotate its token (docs/runbooks/caller-tokens.md)",
            )
            raise Unavailable(self.service)
        if status == UNPROCESSABLE and _code(content) == ROW_REFUSED:
            raise Refused(self.service)
        if status not in (OK, CREATED):
            # A 4xx between our own services means that their versions differ: a roll-out, which passes.
            log.warning("service_refused", peer=self.service, status=status)
            raise Unavailable(self.service)
        try:
            return reads.validate_json(content)
        except ValidationError:
            log.error("service_reply_unreadable", peer=self.service, next_step="deploy one version of all services")  # noqa: TRY400 - a traceback shows values
            raise Unavailable(self.service) from None


class _Problem(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    code: str


def _code(content: bytes) -> str | None:
    try:
        return _Problem.model_validate_json(content).code
    except ValidationError:
        return None


async def _sent(
    send: Callable[[SecretStr], Awaitable[tuple[int, bytes]]], token: SecretStr, *, repeatable: bool
) -> tuple[int, bytes]:
    try:
        return await send(token)
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
        if not repeatable or isinstance(error, aiohttp.ClientConnectorError):
            raise
    return await send(token)
