"""Step 2 of 4: take a request from the inference queue, ask the candidate model, publish its answer to the judge."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog

from config.limits import SNS_MESSAGE_BYTES, Limits
from config.prices import Prices
from config.topology import Provider, Stage
from runtime.contracts.evaluation import EvaluationRecord, Identity, given_answer
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.messages import INFERENCE_MESSAGE, EvaluationRequested, InferenceCompleted, InferenceFailed
from runtime.contracts.models import parse_model
from runtime.contracts.outcomes import InferenceResult
from runtime.keys.ports import KeyOpener
from runtime.kit.crash_points import CrashPoint, crash_point
from runtime.messaging.encoding import encode_message
from runtime.messaging.ports import Delivery, MessageTooLarge, Publisher
from runtime.messaging.worker import Done, Leave, Release
from runtime.providers.chat_model import ChatModel, ChatRequest, ProviderError
from runtime.stages.attempts import open_key
from runtime.stages.cost import cost_usd
from runtime.stages.envelopes import Broken, bury, read_message, refuse
from runtime.stages.pacing import Pacer, estimated_tokens
from runtime.stages.places import Places
from runtime.stages.turn import StageTurns, Turn

log = structlog.get_logger()

ANSWER_TOKENS = 500
"""How long an answer is taken to be, where the caller sets no limit; its real length is settled afterwards."""


@dataclass(frozen=True, kw_only=True)
class RunInference:
    limits: Callable[[], Limits]
    turns: StageTurns
    publisher: Publisher
    opener: KeyOpener
    models: Mapping[Provider, ChatModel]
    places: Mapping[Provider, Places]
    pacer: Pacer
    prices: Callable[[], Prices]

    async def handle(self, delivery: Delivery) -> Done | Release | Leave:
        """Raises Unavailable where a dependency is away: the message comes back later."""
        message = read_message(INFERENCE_MESSAGE, delivery.body)
        if isinstance(message, Broken):
            return await refuse(message, delivery, self.limits(), self._give_up)
        structlog.contextvars.bind_contextvars(request_id=str(message.identity.request_id), stage=Stage.INFERENCE.value)
        spec = message.identity.spec
        if spec.output is not None or spec.candidate is None:
            return await self._take_turn(message, delivery)
        # Waiting for a place comes before the lease, so that it costs nothing of the call's deadline.
        async with self.places[parse_model(spec.candidate.model).provider].one(tenant=message.identity.tenant):
            return await self._take_turn(message, delivery)

    async def handle_dead_letter(self, delivery: Delivery) -> Done | Release | Leave:
        """Ends what the queue has given up, without a call; an answer that was saved before still goes to the judge."""
        message = read_message(INFERENCE_MESSAGE, delivery.body)
        if isinstance(message, Broken):
            return await bury(message, self._give_up)
        structlog.contextvars.bind_contextvars(request_id=str(message.identity.request_id), stage=Stage.INFERENCE.value)
        log.error("dead_letter", next_step="look for what kept failing in this request's log lines")
        return await self._take_turn(message, delivery, dead=True)

    async def _take_turn(
        self, message: EvaluationRequested, delivery: Delivery, *, dead: bool = False
    ) -> Done | Release | Leave:
        async def call(turn: Turn) -> InferenceResult:
            if dead:
                raise ProviderError(FailureReason.DEAD_LETTER)
            return await self._answer(message, turn)

        async def finish(record: EvaluationRecord) -> Done:
            return await self._pass_on(message, record)

        return await self.turns.take(message.identity, delivery, call=call, finish=finish)

    async def _answer(self, message: EvaluationRequested, turn: Turn) -> InferenceResult:
        spec, limits = message.identity.spec, self.limits()
        if (given := given_answer(spec)) is not None:
            return given
        if spec.candidate is None:
            raise ProviderError(FailureReason.INVALID_MESSAGE)
        ref = parse_model(spec.candidate.model)
        key = await open_key(self.opener, message.candidate_key, identity=message.identity, provider=ref.provider)
        request = ChatRequest(model=ref.model, messages=spec.input, parameters=spec.candidate.parameters)
        tokens = estimated_tokens(
            (one.content for one in spec.input), output_tokens=request.parameters.max_tokens or ANSWER_TOKENS
        )
        async with self.pacer.call(key, ref, identity=message.identity, tokens=tokens) as call:
            started = time.monotonic()
            reply = await self.models[ref.provider].complete(
                request, key=key, deadline_seconds=turn.remaining_seconds()
            )
            call.answered(reply)
            duration_ms = round((time.monotonic() - started) * 1000)
        if len(reply.text) > limits.max_output_chars:
            raise ProviderError(FailureReason.OUTPUT_TOO_LARGE)
        return InferenceResult(
            output=reply.text,
            source="generated",
            truncated=reply.truncated,
            requested_model=spec.candidate.model,
            served_model=reply.served_model,
            usage=reply.usage,
            cost_usd=cost_usd(spec.candidate.model, reply.usage, self.prices()),
            duration_ms=duration_ms,
        )

    async def _pass_on(self, message: EvaluationRequested, record: EvaluationRecord) -> Done:
        result = record.inference_result
        if result is None:
            reason = record.failure.reason if record.failure else FailureReason.INVALID_MESSAGE
            return await self._give_up(message.identity, reason)
        out = InferenceCompleted(identity=message.identity, inference_result=result, judge_key=message.judge_key)
        try:
            await self._publish(out, max_bytes=self.limits().max_message_bytes)
        except MessageTooLarge:
            return await self._give_up(message.identity, FailureReason.OUTPUT_TOO_LARGE)
        crash_point(CrashPoint.INFERENCE_PUBLISHED)
        usage = result.usage.model_dump() if result.usage else None
        log.info("inference_completed", source=result.source, duration_ms=result.duration_ms, usage=usage)
        return Done()

    async def _give_up(self, identity: Identity, reason: FailureReason) -> Done:
        """Only the judge stage reaches the history, so a failure travels there too, whatever the limit is by now."""
        out = InferenceFailed(identity=identity, failure=failure(reason, Stage.INFERENCE))
        await self._publish(out, max_bytes=SNS_MESSAGE_BYTES)
        log.warning("inference_failed", reason=reason.value, next_step=out.failure.advice)
        return Done()

    async def _publish(self, out: InferenceCompleted | InferenceFailed, *, max_bytes: int) -> None:
        body = encode_message(out, max_bytes=max_bytes)
        await self.publisher.publish(body, tenant=out.identity.tenant)
