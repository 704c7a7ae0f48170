"""One HTTP call to another service: a total time-out, and Unavailable for everything but an answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

import aiohttp
import structlog
from pydantic import BaseModel, TypeAdapter, ValidationError

from runtime.contracts.unavailable import Unavailable

log = structlog.get_logger()

CALL_SECONDS = 15.0
"""Above the services' own limits for Redis and MySQL, so that their answer arrives first."""
CONNECT_SECONDS = 2.0
READINESS_SECONDS = 2.0
OK, CREATED, NOT_FOUND = 200, 201, 404

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class ServiceCalls:
    session: aiohttp.ClientSession
    service: str
    base_url: Callable[[], str]
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
            status, _ = await self._send("GET", "/readyz", None, None, timeout)
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
        try:
            try:
                return await self._send(method, path, params, data, timeout)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
                if not repeatable or isinstance(error, aiohttp.ClientConnectorError):
                    raise
            return await self._send(method, path, params, data, timeout)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            log.warning("service_unreachable", peer=self.service, error=type(error).__name__)
            raise Unavailable(self.service) from None

    async def _send(
        self,
        method: str,
        path: str,
        params: Mapping[str, str] | None,
        data: bytes | None,
        timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - aiohttp's own kind
    ) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"} if data is not None else None
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
        if status not in (OK, CREATED):
            # A 4xx between our own services means that their versions differ: a roll-out, which passes.
            log.warning("service_refused", peer=self.service, status=status)
            raise Unavailable(self.service)
        try:
            return reads.validate_json(content)
        except ValidationError:
            log.error("service_reply_unreadable", peer=self.service, next_step="deploy one version of all services")  # noqa: TRY400 - a traceback shows values
            raise Unavailable(self.service) from None
