"""The judge stage on fakes."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from pydantic import SecretStr

from config.limits import Limits
from config.prices import Prices
from config.topology import Provider, Stage
from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.messages import InferenceCompleted, InferenceFailed
from runtime.contracts.outcomes import JudgeResult
from runtime.contracts.unavailable import Unavailable
from runtime.judge.panel import Panel
from runtime.judge.ports import JudgeTask, OnReply, unheard
from runtime.judge.service import RunJudgement
from runtime.messaging.worker import Done, Leave, Release
from runtime.providers.chat_model import ChatReply, ProviderError
from runtime.stages.places import Places
from runtime.stages.turn import StageTurns, TurnOver
from tests.contract.evaluations import answer, identity, verdict
from tests.fakes.call_pacing import InMemoryCallPacing
from tests.fakes.history import InMemoryHistory
from tests.fakes.request_states import InMemoryRequestStates
from tests.runtime.stages.setup import NOW, ScriptedOpener, delivered, pacer_for, sealed


class ScriptedJudge:
    """Gives its verdicts and errors in order; remembers its tasks."""

    def __init__(self, *script: JudgeResult | ProviderError | TurnOver) -> None:
        self.script = deque(script)
        self.tasks: list[JudgeTask] = []
        self.keys: list[SecretStr | None] = []
        self.then: Callable[[], None] = lambda: None
        self.replies: list[ChatReply] = []
        """That each verdict takes."""

    async def judge(
        self, task: JudgeTask, *, key: SecretStr | None, deadline_seconds: float, on_reply: OnReply = unheard
    ) -> JudgeResult:
        self.tasks.append(task)
        self.keys.append(key)
        for heard in self.replies:
            on_reply(heard)
        entry = self.script.popleft()
        if isinstance(entry, Exception):
            raise entry
        self.then()
        return entry


@dataclass
class Bench:
    judge: ScriptedJudge = field(default_factory=lambda: ScriptedJudge(verdict(0.85)))
    states: InMemoryRequestStates = field(default_factory=InMemoryRequestStates)
    history: InMemoryHistory = field(default_factory=InMemoryHistory)
    identity: Identity = field(default_factory=lambda: identity(tenant="t", created_at=NOW))
    decider: ScriptedJudge = field(default_factory=ScriptedJudge)
    opener: ScriptedOpener = field(default_factory=ScriptedOpener)
    prices: Prices = field(default_factory=dict)
    answer: str = "Titan."
    candidate: str = "openai/gpt-x"
    key_of: Provider = Provider.GOOGLE
    """Which provider the judge's key is sealed for; a local one has none."""
    failed_inference: FailureReason | None = None
    deliveries: int = 0
    seconds: float = 0.0
    """The clock of the pace."""
    pacing: InMemoryCallPacing = field(init=False)

    def __post_init__(self) -> None:
        self.states.put(self.identity)
        self.pacing = InMemoryCallPacing(now=lambda: self.seconds)

    @property
    def service(self) -> RunJudgement:
        return RunJudgement(
            limits=Limits,
            states=self.states,
            turns=StageTurns(stage=Stage.JUDGE, leases=self.states, limits=Limits, now=lambda: NOW),
            history=self.history,
            panel=Panel(
                opener=self.opener,
                judges=dict.fromkeys(Provider, self.judge),
                decisions={Provider.GOOGLE: self.decider},
                pacer=pacer_for(self.pacing, Stage.JUDGE),
                prices=lambda: self.prices,
            ),
            places={provider: Places(lambda: 1) for provider in Provider},
            now=lambda: NOW,
        )

    async def handle(self, body: str | None = None) -> Done | Release | Leave:
        self.deliveries += 1
        message = body if body is not None else self.message
        return await self.service.handle(delivered(message, receive_count=self.deliveries))

    @property
    def message(self) -> InferenceCompleted | InferenceFailed:
        if self.failed_inference is not None:
            return InferenceFailed(identity=self.identity, failure=failure(self.failed_inference, Stage.INFERENCE))
        return InferenceCompleted(
            identity=self.identity,
            inference_result=answer(self.answer).model_copy(update={"requested_model": self.candidate}),
            judge_key=None if self.key_of is Provider.LOCAL else sealed(Stage.JUDGE, self.key_of),
        )

    @property
    def state(self) -> EvaluationRecord:
        return self.states.records[self.identity.request_id]

    @property
    def row(self) -> EvaluationRecord:
        return self.history.rows[self.identity.request_id]


async def until_done(bench: Bench) -> None:
    for _ in range(60):
        try:
            if await bench.handle() == Done():
                return
        except Unavailable:
            continue
    raise AssertionError("the message was never handled")
