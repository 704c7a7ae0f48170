"""The model providers: an answer after seconds or minutes, or one of the taxonomy's errors; each call is noted."""

import asyncio
from dataclasses import dataclass

from pydantic import SecretStr

from config.topology import Stage
from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import CriterionScore, JudgeResult, Method
from runtime.judge.ports import JudgeTask, OnReply, unheard
from runtime.providers.chat_model import ChatReply, ChatRequest, ProviderError
from tests.simulation.ledger import Call, Ledger
from tests.simulation.link import Link
from tests.simulation.ports import GRANTED_AT, request_of

ERRORS = (
    *(FailureReason.TRANSIENT,) * 6,
    FailureReason.MALFORMED,
    FailureReason.AUTH,
    FailureReason.QUOTA,
    FailureReason.BLOCKED,
)


@dataclass(frozen=True)
class SimulatedProvider:
    """What candidate and judge have in common: one call for one stage of one request."""

    stage: Stage
    link: Link
    ledger: Ledger

    async def call(self, key: SecretStr | None, deadline_seconds: float) -> Call:
        """An answered call. Raises ProviderError."""
        process, ledger = self.link.process, self.ledger
        await process.awake()
        await self.link.may_die(f"before its {self.stage} call")
        call = self._started(key)
        seconds, error = self._drawn()
        loop = asyncio.get_running_loop()
        ended = loop.create_future()
        # At the provider the call goes on by itself; it is over with its caller at the latest.
        loop.call_later(min(seconds, deadline_seconds), ended.set_result, None)
        gone = asyncio.create_task(process.ended.wait())
        try:
            await asyncio.wait({ended, gone}, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            call.end, call.result = loop.time(), "cut off"
            raise
        finally:
            gone.cancel()
        call.end = loop.time()
        if not process.alive:
            call.result = "caller died"
        elif seconds >= deadline_seconds:
            error = ProviderError(FailureReason.TIMEOUT)
            call.result = error.reason.value
        else:
            call.result = error.reason.value if error else "answered"
        ledger.note(process.name, f"{self.stage} call {call.number} of {ledger.name(call.request_id)}: {call.result}")
        await process.awake()
        await self.link.may_die(f"after its {self.stage} call")
        if error is not None:
            raise error
        return call

    def _started(self, key: SecretStr | None) -> Call:
        request_id, process, ledger = request_of(key), self.link.process, self.ledger
        loop = asyncio.get_running_loop()
        calls = ledger.calls[request_id, self.stage]
        call = Call(request_id, self.stage, process, GRANTED_AT.get(), loop.time(), len(calls) + 1)
        calls.append(call)
        ledger.note(process.name, f"{self.stage} call {call.number} of {ledger.name(request_id)} starts")
        return call

    def _drawn(self) -> tuple[float, ProviderError | None]:
        network, random, weather = self.link.network, self.link.network.random, self.link.network.weather
        seconds = random.uniform(20, 400) if network.happens(weather.provider_slow) else random.uniform(0.5, 8)
        if network.happens(weather.provider_throttles):
            asked = random.choice((None, random.uniform(1, 60)))
            return random.uniform(0.1, 1), ProviderError(FailureReason.THROTTLED, retry_after_seconds=asked)
        if network.happens(weather.provider_errors):
            return seconds, ProviderError(random.choice(ERRORS))
        return seconds, None


@dataclass(frozen=True)
class SimulatedCandidate:
    """Numbers its answers, so that one can tell which of them was judged."""

    provider: SimulatedProvider

    async def complete(self, request: ChatRequest, *, key: SecretStr | None, deadline_seconds: float) -> ChatReply:
        call = await self.provider.call(key, deadline_seconds)
        return ChatReply(text=f"answer {call.number}", served_model=None, truncated=False, usage=None)


@dataclass(frozen=True)
class SimulatedJudge:
    provider: SimulatedProvider

    async def judge(
        self, task: JudgeTask, *, key: SecretStr | None, deadline_seconds: float, on_reply: OnReply = unheard
    ) -> JudgeResult:
        """Says in its rationale what it has judged."""
        await self.provider.call(key, deadline_seconds)
        return JudgeResult(
            score=1,
            criteria=(CriterionScore(name="correct", weight=1, score=1),),
            rationale=task.output,
            method=Method.STRUCTURED_VERDICT,
            rubric=task.rubric.label,
            requested_model=task.requested_model,
            served_model=None,
        )
