"""The gateway's API in this process, on stores and a topic in memory, called as tenants call it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import httpx2
from fastapi import FastAPI

from config.runtime_document import RuntimeDocument
from config.tenant import Tenant, TenantLimits
from runtime.gateway.accept import AcceptEvaluation
from runtime.gateway.calibrate import Calibrate
from runtime.gateway.callers import Callers
from runtime.gateway.context import Gateway
from runtime.gateway.main import app_with
from runtime.gateway.measuring import Measuring
from runtime.gateway.read import ReadEvaluations
from runtime.gateway.read_runs import ReadRuns
from runtime.keys.api_key import hash_api_key, new_api_key
from tests.fakes.calibrations import InMemoryCalibrations
from tests.fakes.history import InMemoryHistory
from tests.fakes.publisher import InMemoryPublisher
from tests.fakes.request_states import InMemoryRequestStates
from tests.runtime.documents import runtime_document
from tests.runtime.keysets import present_client_seals, present_keyset, present_sealer

AMPLE = TenantLimits(requests_per_minute=60_000, burst=10_000, max_in_flight=10_000)


@asynccontextmanager
async def _nothing(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
    yield {}


APP = app_with(_nothing)


@dataclass
class Bench:
    """One tenant for each name in `keys`."""

    names: tuple[str, ...] = ("acme", "globex")
    limits: TenantLimits = AMPLE
    environment: str = "dev"
    states: InMemoryRequestStates = field(default_factory=InMemoryRequestStates)
    history: InMemoryHistory = field(default_factory=InMemoryHistory)
    calibrations: InMemoryCalibrations = field(default_factory=InMemoryCalibrations)
    publisher: InMemoryPublisher = field(default_factory=InMemoryPublisher)

    def __post_init__(self) -> None:
        self.keys = {name: new_api_key() for name in self.names}
        self.document: RuntimeDocument = runtime_document()
        self.use(
            *(Tenant(name=name, key_hashes=(hash_api_key(key),), limits=self.limits) for name, key in self.keys.items())
        )
        seconds = count()

        def document() -> RuntimeDocument:
            return self.document

        keyset = present_keyset()
        self.accept = AcceptEvaluation(
            document=document,
            states=self.states,
            history=self.history,
            publisher=self.publisher,
            sealer=present_sealer(keyset),
            client_seals=present_client_seals(keyset),
            # Each a second after the one before: lists have one order.
            now=lambda: datetime.now(UTC) + timedelta(seconds=next(seconds)),
        )
        read = ReadEvaluations(states=self.states, history=self.history, now=lambda: datetime.now(UTC))
        measuring = Measuring()
        self._gateway = Gateway(
            document=document,
            callers=Callers(document=document),
            accept=self.accept,
            read=read,
            calibrate=Calibrate(read=read, store=self.calibrations, measuring=measuring, now=self.accept.now),
            runs=ReadRuns(read=read, calibrations=self.calibrations, measuring=measuring),
        )
        self.client = httpx2.AsyncClient(transport=httpx2.ASGITransport(self._app), base_url="http://gateway")

    def use(self, *tenants: Tenant) -> None:
        """As a new document that has become active."""
        self.document = runtime_document(environment=self.environment, tenants=tenants)

    def auth(self, name: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.keys[name]}"}

    async def submit(self, name: str, body: Mapping[str, Any], *, key: str | None = None) -> httpx2.Response:
        headers = self.auth(name) | ({"Idempotency-Key": key} if key else {})
        return await self.client.post("/v1/evaluations", json=body, headers=headers)

    async def read(self, name: str, evaluation_id: str, **headers: str) -> httpx2.Response:
        return await self.client.get(f"/v1/evaluations/{evaluation_id}", headers=self.auth(name) | headers)

    async def page(self, name: str, **query: str) -> httpx2.Response:
        return await self.client.get("/v1/evaluations", params=query, headers=self.auth(name))

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        await APP(scope | {"state": {"gateway": self._gateway, "readiness": self.states.readiness}}, receive, send)
