"""A gateway over HTTP on fakes, with real HPKE, and a client that seals its keys with the example's own code."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2

from config.limits import Limits
from config.topology import GATEWAY, Stage
from examples.seal_keys import seal
from runtime.contracts.messages import INFERENCE_MESSAGE
from runtime.gateway import endpoints, sealing_keys
from runtime.gateway.accept import AcceptEvaluation
from runtime.gateway.calibrate import Calibrate
from runtime.gateway.callers import Callers
from runtime.gateway.context import Gateway
from runtime.gateway.measuring import Measuring
from runtime.gateway.read import ReadEvaluations
from runtime.gateway.read_runs import ReadRuns
from runtime.keys.client_seal import ClientSeals
from runtime.keys.hpke_opener import HpkeOpener
from runtime.keys.hpke_sealer import HpkeSealer
from runtime.keys.ports import KeyBinding
from runtime.keys.published_keys import PublishedKeys
from runtime.kit.app import service_app
from tests.contract.keys_subjects import SetClock, Vault
from tests.fakes.calibrations import InMemoryCalibrations
from tests.fakes.history import InMemoryHistory
from tests.fakes.publisher import InMemoryPublisher
from tests.fakes.request_states import InMemoryRequestStates
from tests.runtime.documents import runtime_document
from tests.servers.http_server import serving

OPENAI_KEY, GOOGLE_KEY = "sk-openai-canary", "google-canary"
BODY = {"input": "hi", "candidate": {"model": "openai/x"}, "judge": {"model": "google/y"}}
OPENAI_SEALED, GOOGLE_SEALED = "X-OpenAI-Api-Key-Sealed", "X-Google-Api-Key-Sealed"


class TickingClock(SetClock):
    """No two requests come in the same microsecond."""

    def __call__(self) -> datetime:
        self.advance(timedelta(microseconds=1))
        return self.time


class RealClock(SetClock):
    def __call__(self) -> datetime:
        return datetime.now(UTC)


@dataclass
class Running:
    client: httpx2.AsyncClient
    url: str
    vault: Vault
    now: SetClock
    publisher: InMemoryPublisher
    published: PublishedKeys

    async def sealing_keys(self) -> dict[str, Any]:
        answer = await self.client.get("/v1/sealing-keys")
        assert answer.status_code == 200
        keys: dict[str, Any] = answer.json()
        return keys

    async def sealed(self, nonce: uuid.UUID | None = None) -> dict[str, str]:
        """The headers of a client that seals both keys."""
        keys, nonce, now = await self.sealing_keys(), nonce or uuid.uuid4(), self.now().timestamp()
        return {
            OPENAI_SEALED: seal(OPENAI_KEY, provider="openai", nonce=nonce, sealing_keys=keys, now=now),
            GOOGLE_SEALED: seal(GOOGLE_KEY, provider="google", nonce=nonce, sealing_keys=keys, now=now),
        }

    async def submit(self, headers: dict[str, str], **more: str) -> httpx2.Response:
        return await self.client.post("/v1/evaluations", json=BODY, headers=headers | more)

    async def refused(self, headers: dict[str, str]) -> str:
        """What the caller is told; nothing was started."""
        before = len(self.publisher.published)
        answer = await self.submit(headers)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
        assert len(self.publisher.published) == before
        problem = answer.json()
        assert problem["code"] == "invalid_provider_key"
        (error,) = problem["errors"]
        assert error["pointer"] in (f"header:{OPENAI_SEALED}", f"header:{GOOGLE_SEALED}")
        assert not any(len(value) > 40 and value in answer.text for value in headers.values())
        return str(error["detail"])

    async def opened(self, message: str, stage: Stage) -> str:
        """By the stage's own opener, from the message on the queue."""
        requested = INFERENCE_MESSAGE.validate_json(message)
        key = requested.candidate_key if stage is Stage.INFERENCE else requested.judge_key
        assert key is not None
        binding = KeyBinding(request_id=requested.identity.request_id, tenant=requested.identity.tenant)
        opener = HpkeOpener(stage=stage, keyring=self.vault.keyring(stage, self.now), now=self.now)
        return (await opener.open(key, binding=binding)).get_secret_value()


@asynccontextmanager
async def gateway(vault: Vault, now: SetClock) -> AsyncIterator[Running]:
    verify_key = await vault.verify_key()
    published = PublishedKeys(secrets=vault.secrets, names=vault.names, verify_key=lambda: verify_key, now=now)
    await published.refresh()
    document, limits, publisher = runtime_document(), Limits(), InMemoryPublisher()
    states, history = InMemoryRequestStates(), InMemoryHistory()
    accept = AcceptEvaluation(
        document=lambda: document,
        states=states,
        history=history,
        publisher=publisher,
        sealer=HpkeSealer(keyset=published.keyset, now=now),
        client_seals=ClientSeals(keyset=published.keyset, now=now, limits=lambda: limits),
        now=now,
    )
    read, calibrations, measuring = (
        ReadEvaluations(states=states, history=history, now=now),
        InMemoryCalibrations(),
        Measuring(),
    )
    here = Gateway(
        document=lambda: document,
        callers=Callers(document=lambda: document),
        accept=accept,
        read=read,
        calibrate=Calibrate(read=read, store=calibrations, measuring=measuring, now=now),
        runs=ReadRuns(read=read, calibrations=calibrations, measuring=measuring),
    )
    show = sealing_keys.ShowSealingKeys(published=published, now=now, limits=lambda: limits)

    @asynccontextmanager
    async def lifespan(_: object) -> AsyncIterator[dict[str, Any]]:
        yield {"gateway": here, "sealing_keys": show, "readiness": states.readiness}

    app = service_app(
        GATEWAY,
        lifespan=lifespan,
        routers=[endpoints.router, sealing_keys.router],
        max_body_bytes=lambda _: limits.max_body_bytes,
    )
    async with serving(app) as url, httpx2.AsyncClient(base_url=url, trust_env=False) as client:
        yield Running(client, url, vault, now, publisher, published)
