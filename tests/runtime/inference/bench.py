"""The inference stage on fakes."""

from dataclasses import dataclass, field
from typing import Any

from config.limits import Limits
from config.prices import Price
from config.topology import Provider, Stage
from runtime.contracts.evaluation import Identity
from runtime.contracts.messages import (
    JUDGE_MESSAGE,
    EvaluationRequested,
    SealedKey,
)
from runtime.inference.service import RunInference
from runtime.messaging.worker import Done, Leave, Release
from runtime.stages.places import Places
from runtime.stages.turn import StageTurns
from tests.contract.evaluations import identity
from tests.fakes.call_pacing import InMemoryCallPacing
from tests.fakes.publisher import InMemoryPublisher
from tests.fakes.request_states import InMemoryRequestStates
from tests.fakes.scripted_model import ScriptedModel
from tests.runtime.stages.setup import NOW, ScriptedOpener, delivered, pacer_for, sealed

PRICES = {"openai/gpt-x": Price(input=2, output=10)}


@dataclass
class Bench:
    """The service over fakes, and the message that it gets."""

    model: ScriptedModel = field(default_factory=lambda: ScriptedModel("Titan."))
    seconds: float = 0.0
    """The clock of the leases and of the pace."""
    pacing: InMemoryCallPacing = field(init=False)
    states: InMemoryRequestStates = field(default_factory=InMemoryRequestStates)
    publisher: InMemoryPublisher = field(default_factory=InMemoryPublisher)
    opener: ScriptedOpener = field(default_factory=ScriptedOpener)
    limits: Limits = field(default_factory=Limits)
    identity: Identity = field(default_factory=lambda: identity(tenant="t", created_at=NOW))

    candidate_key: SealedKey = field(default_factory=lambda: sealed(Stage.INFERENCE, Provider.OPENAI))

    def __post_init__(self) -> None:
        self.states.put(self.identity)
        self.pacing = InMemoryCallPacing(now=lambda: self.seconds)

    @property
    def service(self) -> RunInference:
        return RunInference(
            limits=lambda: self.limits,
            turns=StageTurns(stage=Stage.INFERENCE, leases=self.states, limits=lambda: self.limits, now=lambda: NOW),
            publisher=self.publisher,
            opener=self.opener,
            models={Provider.OPENAI: self.model},
            places={Provider.OPENAI: Places(lambda: 1)},
            pacer=pacer_for(self.pacing, Stage.INFERENCE),
            prices=lambda: PRICES,
        )

    async def handle(self, body: str | None = None, *, receive_count: int = 1) -> Done | Release | Leave:
        self.states.read_clock = lambda: self.seconds
        message = self.message if body is None else body
        return await self.service.handle(delivered(message, receive_count=receive_count))

    @property
    def message(self) -> EvaluationRequested:
        return EvaluationRequested(
            identity=self.identity,
            candidate_key=self.candidate_key,
            judge_key=sealed(Stage.JUDGE, Provider.GOOGLE),
        )

    @property
    def published(self) -> list[Any]:
        return [JUDGE_MESSAGE.validate_json(body) for body in self.publisher.published]

    @property
    def attempts(self) -> int:
        return self.states.records[self.identity.request_id].attempts.get(Stage.INFERENCE, 0)
