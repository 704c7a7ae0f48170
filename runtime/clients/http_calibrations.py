"""`Calibrations` through the persistence-service."""

from collections.abc import Callable
from uuid import UUID

import aiohttp
from pydantic import TypeAdapter

from config.topology import CALIBRATIONS_PATH, PERSISTENCE
from runtime.clients.service_calls import ServiceCalls
from runtime.contracts.calibration import Calibration
from runtime.contracts.history import ALL, CalibrationFilter
from runtime.contracts.queries import calibration_params, page_params
from runtime.contracts.states import Cursor
from runtime.kit.tokens import Tokens

_ONE = TypeAdapter(Calibration)
_MANY = TypeAdapter(list[Calibration])


class HttpCalibrations:
    def __init__(self, *, session: aiohttp.ClientSession, base_url: Callable[[], str], tokens: Tokens) -> None:
        self._calls = ServiceCalls(session=session, service=PERSISTENCE.name, base_url=base_url, tokens=tokens)

    async def store(self, calibration: Calibration) -> Calibration:
        return await self._calls.call(_ONE, "POST", CALIBRATIONS_PATH, body=calibration, repeatable=True)

    async def get(self, calibration_id: UUID, *, tenant: str) -> Calibration | None:
        return await self._calls.find(_ONE, f"{CALIBRATIONS_PATH}/{calibration_id}", params={"tenant": tenant})

    async def page(
        self, *, tenant: str, limit: int, after: Cursor | None = None, where: CalibrationFilter = ALL
    ) -> list[Calibration]:
        params = page_params(tenant=tenant, limit=limit, after=after) | calibration_params(where)
        return await self._calls.call(_MANY, "GET", CALIBRATIONS_PATH, params=params)
