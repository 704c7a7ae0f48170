"""`CallPacing` through the redis-service."""

from collections.abc import Callable

import aiohttp
from pydantic import TypeAdapter

from config.topology import REDIS
from runtime.clients.service_calls import ServiceCalls
from runtime.contracts.pacing import Admission, CallReport, CallRequest
from runtime.kit.tokens import Tokens

CALL_SECONDS = 4.0
"""Far below the other calls' time: this one comes on top of a provider call, while its message is hidden."""

_ADMISSION = TypeAdapter(Admission)


class HttpCallPacing:
    """`admit` may be sent twice: it finds its own slot. A report sent twice could refund twice; its loss is no harm."""

    def __init__(self, *, session: aiohttp.ClientSession, base_url: Callable[[], str], tokens: Tokens) -> None:
        self._calls = ServiceCalls(
            session=session, service=REDIS.name, base_url=base_url, tokens=tokens, call_seconds=CALL_SECONDS
        )

    async def admit(self, request: CallRequest) -> Admission:
        return await self._calls.call(_ADMISSION, "POST", "/pacing/admit", body=request, repeatable=True)

    async def settle(self, report: CallReport) -> Admission:
        return await self._calls.call(_ADMISSION, "POST", "/pacing/settle", body=report)
