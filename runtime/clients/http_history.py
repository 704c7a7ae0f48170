"""`History` through the persistence-service."""

from collections.abc import Callable, Sequence
from uuid import UUID

import aiohttp
from pydantic import TypeAdapter

from config.topology import HISTORY_PATH, PERSISTENCE
from runtime.clients.service_calls import ServiceCalls
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.history import EVERYTHING, HistoryFilter
from runtime.contracts.queries import filter_params, lookup_params, page_params
from runtime.contracts.states import Cursor
from runtime.kit.tokens import Tokens

_RECORD = TypeAdapter(EvaluationRecord)
_RECORDS = TypeAdapter(list[EvaluationRecord])


class HttpHistory:
    def __init__(self, *, session: aiohttp.ClientSession, base_url: Callable[[], str], tokens: Tokens) -> None:
        self._calls = ServiceCalls(session=session, service=PERSISTENCE.name, base_url=base_url, tokens=tokens)
        self.readiness = self._calls.readiness

    async def record(self, record: EvaluationRecord) -> EvaluationRecord:
        return await self._calls.call(_RECORD, "PUT", f"{HISTORY_PATH}/{record.request_id}", body=record)

    async def get(self, request_id: UUID, *, tenant: str) -> EvaluationRecord | None:
        return await self._calls.find(_RECORD, f"{HISTORY_PATH}/{request_id}", params={"tenant": tenant})

    async def lookup(self, request_ids: Sequence[UUID], *, tenant: str) -> list[EvaluationRecord]:
        params = lookup_params(request_ids, tenant=tenant)
        return await self._calls.call(_RECORDS, "GET", f"{HISTORY_PATH}/lookup", params=params)

    async def page(
        self, *, tenant: str, limit: int, after: Cursor | None = None, where: HistoryFilter = EVERYTHING
    ) -> list[EvaluationRecord]:
        params = page_params(tenant=tenant, limit=limit, after=after) | filter_params(where)
        return await self._calls.call(_RECORDS, "GET", HISTORY_PATH, params=params)
