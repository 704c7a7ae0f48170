"""Step 3 and 4 of 4: take an answer from the judge queue, have it scored, persist it, complete the request."""

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime

import structlog

from config.limits import Limits
from config.topology import Provider, Stage
from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.failures import FailureReason, failure, outcome_of
from runtime.contracts.history import History
from runtime.contracts.lifecycle import Status, is_terminal
from runtime.contracts.messages import JUDGE_MESSAGE, InferenceCompleted, InferenceFailed
from runtime.contracts.models import parse_model
from runtime.contracts.outcomes import JudgeResult, Outcome
from runtime.contracts.states import RequestStates, StateChange
from runtime.judge.panel import Panel
from runtime.kit.crash_points import CrashPoint, crash_point
from runtime.messaging.ports import Delivery
from runtime.messaging.worker import Done, Leave, Release
from runtime.providers.chat_model import ProviderError
from runtime.stages.envelopes import Broken, bury, read_message, refuse
from runtime.stages.places import Places
from runtime.stages.turn import StageTurns, Turn

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class RunJudgement:
    limits: Callable[[], Limits]
    states: RequestStates
    turns: StageTurns
    history: History
    panel: Panel
    places: Mapping[Provider, Places]
    now: Callable[[], datetime]

    async def handle(self, delivery: Delivery) -> Done | Release | Leave:
        """Raises Unavailable where a dependency is away: the message comes back later."""
        message = read_message(JUDGE_MESSAGE, delivery.body)
        if isinstance(message, Broken):
            return await refuse(message, delivery, self.limits(), self._fail)
        structlog.contextvars.bind_contextvars(request_id=str(message.identity.request_id), stage=Stage.JUDGE.value)
        if isinstance(message, InferenceFailed):
            return await self._record_failed_inference(message)
        # Waiting for a place comes before the lease, so that it costs nothing of the verdict's deadline.
        async with AsyncExitStack() as stack:
            for provider in _asked(message.identity):
                await stack.enter_async_context(self.places[provider].one(tenant=message.identity.tenant))
            return await self._take_turn(message, delivery)

    async def handle_dead_letter(self, delivery: Delivery) -> Done | Release | Leave:
        """Ends what the queue has given up, without a call; a verdict saved or persisted before still counts."""
        message = read_message(JUDGE_MESSAGE, delivery.body)
        if isinstance(message, Broken):
            return await bury(message, self._fail)
        structlog.contextvars.bind_contextvars(request_id=str(message.identity.request_id), stage=Stage.JUDGE.value)
        log.error("dead_letter", next_step="look for what kept failing in this request's log lines")
        if isinstance(message, InferenceFailed):
            return await self._record_failed_inference(message)
        return await self._take_turn(message, delivery, dead=True)

    async def _record_failed_inference(self, message: InferenceFailed) -> Done:
        record = (await self.states.advance(StateChange(identity=message.identity, to=Status.INFERENCE))).record
        if record.status is not Status.INFERENCE:
            # An answer came as well, by another delivery: it counts, and its own message ends the evaluation.
            log.info("duplicate_dropped", status=record.status.value)
            return Done()
        return await self._end(record.model_copy(update={"failure": message.failure}))

    async def _fail(self, identity: Identity, reason: FailureReason) -> Done:
        record = (await self.states.advance(StateChange(identity=identity, to=Status.JUDGE))).record
        if is_terminal(record.status):
            return Done()
        return await self._end(record.model_copy(update={"failure": failure(reason, Stage.JUDGE)}))

    async def _take_turn(
        self, message: InferenceCompleted, delivery: Delivery, *, dead: bool = False
    ) -> Done | Release | Leave:
        async def call(turn: Turn) -> JudgeResult:
            if dead:
                raise ProviderError(FailureReason.DEAD_LETTER)
            return await self.panel.verdict(message, turn)

        async def ended() -> Done | None:
            """What an earlier delivery persisted before the states were out of reach is not paid for again."""
            row = await self.history.get(message.identity.request_id, tenant=message.identity.tenant)
            return await self._follow(row) if row else None

        return await self.turns.take(
            message.identity,
            delivery,
            call=call,
            finish=self._end,
            ended=ended,
            inference_result=message.inference_result,
        )

    async def _end(self, record: EvaluationRecord) -> Done:
        """The row first, then the state: COMPLETED visible means that the row is durable. The first row wins."""
        scored = record.judge_result if record.failure is None else None
        ended = record.model_copy(
            update={
                "status": Status.COMPLETED if scored else Status.FAILED,
                "judge_result": scored,
                "outcome": outcome_of(record.failure) if record.failure else Outcome.SCORED,
                "updated_at": self.now(),
            }
        )
        stored = await self.history.record(ended)
        crash_point(CrashPoint.JUDGE_ROW_WRITTEN)
        return await self._follow(stored)

    async def _follow(self, stored: EvaluationRecord) -> Done:
        await self.states.advance(
            StateChange(
                identity=stored.identity,
                to=stored.status,
                inference_result=stored.inference_result,
                judge_result=stored.judge_result,
                failure=stored.failure,
                outcome=stored.outcome,
            )
        )
        crash_point(CrashPoint.JUDGE_ENDED)
        if stored.failure is None:
            verdict = stored.judge_result
            log.info(
                "evaluation_completed",
                duration_ms=verdict.duration_ms if verdict else None,
                usage=verdict.usage.model_dump() if verdict and verdict.usage else None,
            )
        else:
            log.warning("evaluation_failed", reason=stored.failure.reason.value, next_step=stored.failure.advice)
        return Done()


def _asked(identity: Identity) -> list[Provider]:
    """One place with each, however many of its models a jury has: a verdict is one piece of work. Always in the same
    order, so that no two wait for each other's.
    """
    return sorted({parse_model(name).provider for name in identity.spec.judge.models})
