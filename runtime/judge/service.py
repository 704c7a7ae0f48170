"""Step 3 and 4 of 4: take an answer from the judge queue, have it scored, persist it, complete the request."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from pydantic import ValidationError

from config.limits import Limits
from config.topology import Provider, Stage
from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.failures import Failure, FailureReason, failure, outcome_of
from runtime.contracts.history import History
from runtime.contracts.lifecycle import Status
from runtime.contracts.messages import JUDGE_MESSAGE, InferenceCompleted, InferenceFailed
from runtime.contracts.models import parse_model
from runtime.contracts.outcomes import InferenceResult, JudgeResult, Outcome
from runtime.contracts.states import RequestStates, StateChange
from runtime.contracts.unavailable import Unavailable
from runtime.judge.ports import Judge, JudgeTask
from runtime.keys.ports import KeyOpener
from runtime.messaging.ports import Delivery
from runtime.messaging.worker import Done, Release
from runtime.providers.chat_model import ProviderError
from runtime.stages.attempts import check_start, next_attempt, open_key
from runtime.stages.places import Places

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class RunJudgement:
    limits: Callable[[], Limits]
    states: RequestStates
    history: History
    opener: KeyOpener
    judges: Mapping[Provider, Judge]
    places: Mapping[Provider, Places]
    now: Callable[[], datetime]

    async def handle(self, delivery: Delivery) -> Done | Release:
        """Raises Unavailable where a dependency is away: the message comes back later."""
        try:
            message = JUDGE_MESSAGE.validate_json(delivery.body)
        except ValidationError:
            log.error("message_invalid", reason=FailureReason.INVALID_MESSAGE, next_step="see the dead-letter queue")  # noqa: TRY400 - a traceback shows the body
            return Release(after_seconds=self.limits().retry_backoff_max_seconds)
        structlog.contextvars.bind_contextvars(request_id=str(message.identity.request_id), stage=Stage.JUDGE.value)
        if isinstance(message, InferenceFailed):
            return await self._record_failed_inference(message)
        # Waiting for a place comes before the attempt, so that it costs nothing of the verdict's deadline.
        async with self.places[parse_model(message.identity.spec.judge.model).provider].one():
            return await self._judge(message, delivery)

    async def _record_failed_inference(self, message: InferenceFailed) -> Done:
        begun = await self.states.advance(StateChange(identity=message.identity, to=Status.INFERENCE))
        if begun.record.status in (Status.COMPLETED, Status.FAILED):
            return Done()
        return await self._end(begun.record, failed=message.failure)

    async def _judge(self, message: InferenceCompleted, delivery: Delivery) -> Done | Release:
        begun = await self.states.advance(
            StateChange(
                identity=message.identity,
                to=Status.JUDGE,
                attempt=Stage.JUDGE,
                inference_result=message.inference_result,
            )
        )
        if not begun.applied:
            log.info("duplicate_dropped", status=begun.record.status.value)
            return Done()
        if delivery.receive_count > 1 and (row := await self._row(message.identity)):
            return await self._follow(row)
        try:
            result = begun.record.judge_result or await self._verdict(message, begun.record)
        except ProviderError as error:
            return await self._failed(message, begun.record, error, delivery.receive_count)
        return await self._end(begun.record, scored=result)

    async def _verdict(self, message: InferenceCompleted, record: EvaluationRecord) -> JudgeResult:
        spec, limits = message.identity.spec, self.limits()
        attempts = record.attempts.get(Stage.JUDGE, 1)
        check_start(message.identity, attempts=attempts, limits=limits, now=self.now())
        ref = parse_model(spec.judge.model)
        key = await open_key(self.opener, message.judge_key, identity=message.identity, provider=ref.provider)
        task = JudgeTask(
            input=spec.input,
            output=message.inference_result.output,
            reference=spec.judge.reference,
            rubric=spec.judge.rubric,
            requested_model=spec.judge.model,
            model=ref.model,
            self_judged=_is_self_judged(message.inference_result, spec.judge.model),
        )
        result = await self.judges[ref.provider].judge(task, key=key, deadline_seconds=limits.call_deadline_seconds)
        try:
            saved = await self.states.advance(
                StateChange(identity=message.identity, to=Status.JUDGE, judge_result=result)
            )
        except Unavailable:
            # It is persisted next, and a later delivery finds the row; only a crash before that costs a second verdict.
            log.warning("result_unsaved", next_step="none: the verdict is persisted next")
            return result
        # Of two workers with the same message, both go on with the verdict that was saved first.
        return saved.record.judge_result or result

    async def _failed(
        self, message: InferenceCompleted, record: EvaluationRecord, error: ProviderError, receive_count: int
    ) -> Done | Release:
        again = next_attempt(
            error,
            attempts_made=record.attempts.get(Stage.JUDGE, 1),
            receive_count=receive_count,
            limits=self.limits(),
            now=self.now(),
            deadline_at=message.identity.deadline_at,
        )
        if again is None:
            return await self._end(record, failed=failure(error.reason, Stage.JUDGE))
        if again.refund:
            await self.states.advance(StateChange(identity=message.identity, to=Status.JUDGE, refund=Stage.JUDGE))
        log.warning("judge_retried", reason=error.reason.value, after_seconds=round(again.after_seconds, 1))
        return Release(after_seconds=again.after_seconds)

    async def _end(
        self, record: EvaluationRecord, *, scored: JudgeResult | None = None, failed: Failure | None = None
    ) -> Done:
        """The row first, then the state: COMPLETED visible means that the row is durable. The first row wins."""
        outcome = Outcome.SCORED if failed is None else outcome_of(failed)
        ended = record.model_copy(
            update={
                "status": Status.COMPLETED if scored else Status.FAILED,
                "judge_result": scored,
                "failure": failed,
                "outcome": outcome,
                "updated_at": self.now(),
            }
        )
        return await self._follow(await self.history.record(ended))

    async def _row(self, identity: Identity) -> EvaluationRecord | None:
        """What an earlier delivery persisted before the states were out of reach, so that it is not paid for again."""
        return await self.history.get(identity.request_id, tenant=identity.tenant)

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


def _is_self_judged(answer: InferenceResult, judge_model: str) -> bool:
    return answer.requested_model == judge_model
