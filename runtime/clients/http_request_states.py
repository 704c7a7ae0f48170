"""`RequestStates` through the redis-service."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import aiohttp
from pydantic import TypeAdapter

from config.topology import REDIS
from runtime.clients.service_calls import ServiceCalls
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.leases import LeaseEnd, Saved, StageResult, WorkBegun, WorkStart
from runtime.contracts.queries import page_params
from runtime.contracts.states import Advance, Creation, Cursor, NewRequest, StateChange

_CREATION = TypeAdapter(Creation)
_ADVANCE = TypeAdapter(Advance)
_BEGUN = TypeAdapter(WorkBegun)
_SAVED = TypeAdapter(Saved)
_HELD = TypeAdapter(bool)
_RECORD = TypeAdapter(EvaluationRecord)
_RECORDS = TypeAdapter(list[EvaluationRecord])

T = TypeVar("T")


class HttpRequestStates:
    def __init__(self, *, session: aiohttp.ClientSession, base_url: Callable[[], str]) -> None:
        self._calls = ServiceCalls(session=session, service=REDIS.name, base_url=base_url)
        self.readiness = self._calls.readiness

    async def create(self, new: NewRequest) -> Creation:
        # Repeatable: a second creation of the same id finds its own claim and its own record, and is `created` again.
        return await self._calls.call(_CREATION, "POST", "/requests", body=new, repeatable=True)

    async def advance(self, change: StateChange) -> Advance:
        # A repeated step forward is harmless: it finds the record where it wanted it.
        return await self._of_request(_ADVANCE, "advance", change)

    async def begin(self, work: WorkStart) -> WorkBegun:
        return await self._of_request(_BEGUN, "begin", work)

    async def save(self, result: StageResult) -> Saved:
        return await self._of_request(_SAVED, "save", result)

    async def release(self, end: LeaseEnd) -> bool:
        return await self._of_request(_HELD, "release", end)

    async def get(self, request_id: UUID, *, tenant: str, wait_seconds: float = 0) -> EvaluationRecord | None:
        params = {"tenant": tenant, "wait_seconds": str(wait_seconds)}
        return await self._calls.find(_RECORD, f"/requests/{request_id}", params=params, wait_seconds=wait_seconds)

    async def _of_request(
        self, reads: TypeAdapter[T], verb: str, body: StateChange | WorkStart | StageResult | LeaseEnd
    ) -> T:
        path = f"/requests/{body.identity.request_id}/{verb}"
        return await self._calls.call(reads, "POST", path, body=body, repeatable=True)

    async def list_open(self, *, tenant: str, limit: int, after: Cursor | None = None) -> list[EvaluationRecord]:
        params = page_params(tenant=tenant, limit=limit, after=after)
        return await self._calls.call(_RECORDS, "GET", "/requests", params=params)
