"""The gateway's real app on stores in memory, where a request ends as soon as it is published."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
from fastapi import FastAPI

from config.limits import Limits
from config.tenant import Tenant
from runtime.contracts.lifecycle import Status
from runtime.contracts.messages import INFERENCE_MESSAGE
from runtime.contracts.outcomes import Outcome
from runtime.contracts.states import StateChange
from runtime.gateway.accept import AcceptEvaluation
from runtime.gateway.calibrate import Calibrate
from runtime.gateway.callers import Callers
from runtime.gateway.context import Gateway
from runtime.gateway.main import app_with
from runtime.gateway.measuring import Measuring
from runtime.gateway.read import ReadEvaluations
from runtime.gateway.read_runs import ReadRuns
from runtime.gateway.sealing_keys import ShowSealingKeys
from runtime.keys.client_seal import ClientSeals
from runtime.keys.hpke_sealer import HpkeSealer
from runtime.keys.published_keys import PublishedKeys
from tests.contract.evaluations import answer, verdict
from tests.contract.keys_subjects import memory_vault
from tests.fakes.calibrations import InMemoryCalibrations
from tests.fakes.history import InMemoryHistory
from tests.fakes.publisher import InMemoryPublisher
from tests.fakes.request_states import InMemoryRequestStates
from tests.runtime.documents import runtime_document
from tests.runtime.gateway.sealing_gateway import RealClock
from tests.servers.http_server import serving

LIMITS = Limits(prefer_wait_max_seconds=1)
ANSWER_SECONDS = 10
"""Longer is a hang."""
CLIENT = httpx2.Client(trust_env=False, timeout=ANSWER_SECONDS)
"""One for all: each new one would read the system's certificates."""
STAY_OPEN = 3
"""One in so many stays open, so that lists hold both kinds."""


@dataclass
class Stores:
    states: InMemoryRequestStates = field(default_factory=InMemoryRequestStates)
    history: InMemoryHistory = field(default_factory=InMemoryHistory)
    calibrations: InMemoryCalibrations = field(default_factory=InMemoryCalibrations)
    publisher: InMemoryPublisher = field(default_factory=InMemoryPublisher)

    async def publish(self, body: str, *, tenant: str) -> None:
        """As the gateway's topic, with both stages behind it."""
        await self.publisher.publish(body, tenant=tenant)
        if len(self.publisher.published) % STAY_OPEN == 0:
            return
        identity = INFERENCE_MESSAGE.validate_json(body).identity
        facts = {"inference_result": answer(), "judge_result": verdict(), "outcome": Outcome.SCORED}
        ended = await self.states.advance(StateChange(identity=identity, to=Status.COMPLETED, **facts))
        await self.history.record(ended.record)


def gateway_app(stores: Stores, tenants: tuple[Tenant, ...]) -> FastAPI:
    document = runtime_document(limits=LIMITS, tenants=tenants)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[Mapping[str, Any]]:
        now, vault = RealClock(), await memory_vault()
        await vault.rotate(now)
        verify_key = await vault.verify_key()
        published = PublishedKeys(secrets=vault.secrets, names=vault.names, verify_key=lambda: verify_key, now=now)
        await published.refresh()
        read, measuring = ReadEvaluations(states=stores.states, history=stores.history, now=now), Measuring()
        gateway = Gateway(
            document=lambda: document,
            callers=Callers(document=lambda: document),
            accept=AcceptEvaluation(
                document=lambda: document,
                states=stores.states,
                history=stores.history,
                publisher=stores,
                sealer=HpkeSealer(keyset=published.keyset, now=now),
                client_seals=ClientSeals(keyset=published.keyset, now=now, limits=lambda: LIMITS),
                now=now,
            ),
            read=read,
            calibrate=Calibrate(read=read, store=stores.calibrations, measuring=measuring, now=now),
            runs=ReadRuns(read=read, calibrations=stores.calibrations, measuring=measuring),
        )
        show = ShowSealingKeys(published=published, now=now, limits=lambda: LIMITS)
        yield {"gateway": gateway, "sealing_keys": show, "readiness": stores.states.readiness}

    return app_with(lifespan)


@contextmanager
def running_gateway(*tenants: Tenant) -> Iterator[tuple[str, Stores]]:
    """Over real HTTP, in a thread: whoever asks may block. Without tenants it is open."""
    stores, started, stop = Stores(), threading.Event(), asyncio.Event()
    loop, urls = asyncio.new_event_loop(), []

    async def serve() -> None:
        async with serving(gateway_app(stores, tenants)) as url:
            urls.append(url)
            started.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    try:
        assert started.wait(30)
        yield urls[0], stores
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
