"""Step 2 of 4: take a request from the inference queue, ask the candidate model, publish its answer to the judge."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import structlog
from pydantic import ValidationError

from config.limits import Limits
from config.topology import Provider, Stage
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.messages import INFERENCE_MESSAGE, EvaluationRequested, InferenceCompleted, InferenceFailed
from runtime.contracts.models import parse_model
from runtime.contracts.outcomes import InferenceResult
from runtime.contracts.states import RequestStates, StateChange
from runtime.contracts.unavailable import Unavailable
from runtime.keys.ports import KeyOpener
from runtime.messaging.encoding import encode_message
from runtime.messaging.ports import Delivery, MessageTooLarge, Publisher
from runtime.messaging.worker import Done, Release
from runtime.providers.chat_model import ChatModel, ChatRequest, ProviderError
from runtime.stages.attempts import check_start, next_attempt, open_key
from runtime.stages.places import Places

log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class RunInference:
    limits: Callable[[], Limits]
    states: RequestStates
    publisher: Publisher
    opener: KeyOpener
    models: Mapping[Provider, ChatModel]
    places: Mapping[Provider, Places]
    now: Callable[[], datetime]

    async def handle(self, delivery: Delivery) -> Done | Release:
        """Raises Unavailable where a dependency is away: the message comes back later."""
        try:
            message = INFERENCE_MESSAGE.validate_json(delivery.body)
        except ValidationError:
            log.error("message_invalid", reason=FailureReason.INVALID_MESSAGE, next_step="see the dead-letter queue")  # noqa: TRY400 - a traceback shows the body
            return Release(after_seconds=self.limits().retry_backoff_max_seconds)
        structlog.contextvars.bind_contextvars(request_id=str(message.identity.request_id), stage=Stage.INFERENCE.value)
        spec = message.identity.spec
        if spec.output is not None or spec.candidate is None:
            return await self._run(message, delivery, attempt=None)
        # Waiting for a place comes before the attempt, so that it costs nothing of the call's deadline.
        async with self.places[parse_model(spec.candidate.model).provider].one():
            return await self._run(message, delivery, attempt=Stage.INFERENCE)

    async def _run(self, message: EvaluationRequested, delivery: Delivery, *, attempt: Stage | None) -> Done | Release:
        begun = await self.states.advance(StateChange(identity=message.identity, to=Status.INFERENCE, attempt=attempt))
        if not begun.applied:
            log.info("duplicate_dropped", status=begun.record.status.value)
            return Done()
        try:
            result = begun.record.inference_result or await self._answer(message, begun.record)
        except ProviderError as error:
            return await self._failed(message, begun.record, error, delivery.receive_count)
        return await self._pass_on(message, result)

    async def _answer(self, message: EvaluationRequested, record: EvaluationRecord) -> InferenceResult:
        spec, limits = message.identity.spec, self.limits()
        if spec.output is not None:
            requested = spec.candidate.model if spec.candidate else None
            return InferenceResult(output=spec.output, source="provided", requested_model=requested)
        if spec.candidate is None:
            raise ProviderError(FailureReason.INVALID_MESSAGE)
        attempts = record.attempts.get(Stage.INFERENCE, 1)
        check_start(message.identity, attempts=attempts, limits=limits, now=self.now())
        ref = parse_model(spec.candidate.model)
        key = await open_key(self.opener, message.candidate_key, identity=message.identity, provider=ref.provider)
        request = ChatRequest(model=ref.model, messages=spec.input, parameters=spec.candidate.parameters)
        started = time.monotonic()
        reply = await self.models[ref.provider].complete(
            request, key=key, deadline_seconds=limits.call_deadline_seconds
        )
        if len(reply.text) > limits.max_output_chars:
            raise ProviderError(FailureReason.OUTPUT_TOO_LARGE)
        result = InferenceResult(
            output=reply.text,
            source="generated",
            truncated=reply.truncated,
            requested_model=spec.candidate.model,
            served_model=reply.served_model,
            usage=reply.usage,
            duration_ms=round((time.monotonic() - started) * 1000),
        )
        await self._save(message, result)
        return result

    async def _save(self, message: EvaluationRequested, result: InferenceResult) -> None:
        try:
            await self.states.advance(
                StateChange(identity=message.identity, to=Status.INFERENCE, inference_result=result)
            )
        except Unavailable:
            # The result travels in the message; only a crash before its publication would cost a second call.
            log.warning("result_unsaved", next_step="none: the judge stage brings the state up to date")

    async def _pass_on(self, message: EvaluationRequested, result: InferenceResult) -> Done | Release:
        out = InferenceCompleted(identity=message.identity, inference_result=result, judge_key=message.judge_key)
        try:
            await self._publish(out)
        except MessageTooLarge:
            return await self._give_up(message, FailureReason.OUTPUT_TOO_LARGE)
        usage = result.usage.model_dump() if result.usage else None
        log.info("inference_completed", source=result.source, duration_ms=result.duration_ms, usage=usage)
        return Done()

    async def _failed(
        self, message: EvaluationRequested, record: EvaluationRecord, error: ProviderError, receive_count: int
    ) -> Done | Release:
        again = next_attempt(
            error,
            attempts_made=record.attempts.get(Stage.INFERENCE, 1),
            receive_count=receive_count,
            limits=self.limits(),
            now=self.now(),
            deadline_at=message.identity.deadline_at,
        )
        if again is None:
            return await self._give_up(message, error.reason)
        if again.refund:
            await self.states.advance(
                StateChange(identity=message.identity, to=Status.INFERENCE, refund=Stage.INFERENCE)
            )
        log.warning("inference_retried", reason=error.reason.value, after_seconds=round(again.after_seconds, 1))
        return Release(after_seconds=again.after_seconds)

    async def _give_up(self, message: EvaluationRequested, reason: FailureReason) -> Done:
        """Only the judge stage reaches the history, so a failure travels there too."""
        out = InferenceFailed(identity=message.identity, failure=failure(reason, Stage.INFERENCE))
        await self._publish(out)
        log.warning("inference_failed", reason=reason.value, next_step=out.failure.advice)
        return Done()

    async def _publish(self, out: InferenceCompleted | InferenceFailed) -> None:
        body = encode_message(out, max_bytes=self.limits().max_message_bytes)
        await self.publisher.publish(body, tenant=out.identity.tenant)
