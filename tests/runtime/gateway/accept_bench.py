"""The accepting of requests, on fakes."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from config.limits import Limits
from config.runtime_document import DefaultModels
from config.tenant import TenantLimits
from config.topology import Provider, Stage
from runtime.contracts.messages import INFERENCE_MESSAGE, EvaluationRequested, SealedKey
from runtime.gateway.accept import Accepted, AcceptEvaluation
from runtime.gateway.schemas import EvaluationIn
from runtime.keys.client_seal import ClientSeals
from runtime.keys.keyset import Keyset
from runtime.keys.ports import KeyBinding
from tests.fakes.history import InMemoryHistory
from tests.fakes.publisher import InMemoryPublisher
from tests.fakes.request_states import InMemoryRequestStates
from tests.runtime.documents import runtime_document

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OPENAI_KEY, GOOGLE_KEY = "sk-openai-canary", "google-canary"
KEYS = {Provider.OPENAI: SecretStr(OPENAI_KEY), Provider.GOOGLE: SecretStr(GOOGLE_KEY)}
HOSTED = {"input": "hi", "candidate": {"model": "openai/x"}, "judge": {"model": "google/y"}}


class RememberingSealer:
    def __init__(self) -> None:
        self.sealed: list[tuple[str, Stage, Provider, KeyBinding]] = []

    def seal(
        self, key: SecretStr, *, stage: Stage, provider: Provider, binding: KeyBinding, expires_at: datetime
    ) -> SealedKey:
        self.sealed.append((key.get_secret_value(), stage, provider, binding))
        return SealedKey(kid="k", stage=stage, provider=provider, expires_at=expires_at, ciphertext="AAAA")


@dataclass
class Bench:
    states: InMemoryRequestStates = field(default_factory=InMemoryRequestStates)
    history: InMemoryHistory = field(default_factory=InMemoryHistory)
    publisher: InMemoryPublisher = field(default_factory=InMemoryPublisher)
    sealer: RememberingSealer = field(default_factory=RememberingSealer)
    limits: Limits = field(default_factory=Limits)
    default_models: DefaultModels = field(default_factory=lambda: runtime_document().default_models)

    @property
    def client_seals(self) -> ClientSeals:
        return ClientSeals(keyset=lambda: Keyset(keys=()), now=lambda: NOW, limits=lambda: self.limits)

    async def accept(
        self,
        body: dict[str, Any],
        *,
        idempotency_key: str | None = None,
        tenant: str = "t",
        limits: TenantLimits | None = None,
        keys: Any = None,
    ) -> Accepted:
        service = AcceptEvaluation(
            document=lambda: runtime_document(limits=self.limits, default_models=self.default_models),
            states=self.states,
            history=self.history,
            publisher=self.publisher,
            sealer=self.sealer,
            client_seals=self.client_seals,
            now=lambda: NOW,
        )
        return await service.accept(
            EvaluationIn.model_validate(body),
            tenant=tenant,
            limits=limits,
            keys=keys or {},
            idempotency_key=idempotency_key,
        )

    @property
    def published(self) -> list[EvaluationRequested]:
        return [INFERENCE_MESSAGE.validate_json(body) for body in self.publisher.published]
