"""One delivery's turn at its stage: take the lease, call once, save under the fence, and only then pass on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import uuid4

import structlog

from config.limits import Limits
from config.topology import Stage
from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.failures import Failure, failure
from runtime.contracts.leases import LeaseEnd, Leases, StageResult, Vote, WorkStart
from runtime.contracts.lifecycle import WORKING_STATUS
from runtime.contracts.outcomes import InferenceResult, JudgeResult
from runtime.contracts.unavailable import Unavailable
from runtime.kit.crash_points import CrashPoint, crash_point
from runtime.messaging.ports import Delivery
from runtime.messaging.worker import Done, Leave, Release
from runtime.providers.chat_model import ProviderError
from runtime.stages.attempts import TryAgain, check_start, next_attempt

log = structlog.get_logger()

RESULT_FIELDS = {Stage.INFERENCE: "inference_result", Stage.JUDGE: "judge_result"}

Result = InferenceResult | JudgeResult


class TurnOver(Exception):
    """The lease may run out before the call would end, for example after the process was frozen."""


@dataclass(frozen=True, kw_only=True)
class Turn:
    """The right to call the provider once."""

    record: EvaluationRecord
    over_at: float
    """By the event loop's clock: the call's hard deadline, counted from before the lease was taken."""
    again: Callable[[ProviderError], TryAgain | None]
    """When the whole call would be made again after this failure; None: it would be final."""
    votes: dict[str, Vote]
    """What each of several judges has said, in earlier attempts too. What is put here outlives the attempt."""

    def remaining_seconds(self) -> float:
        """Raises TurnOver."""
        remaining = self.over_at - asyncio.get_running_loop().time()
        if remaining <= 0:
            raise TurnOver
        return remaining


@dataclass(frozen=True, kw_only=True)
class StageTurns:
    stage: Stage
    leases: Leases
    limits: Callable[[], Limits]
    now: Callable[[], datetime]

    async def take(
        self,
        identity: Identity,
        delivery: Delivery,
        *,
        call: Callable[[Turn], Awaitable[Result]],
        finish: Callable[[EvaluationRecord], Awaitable[Done]],
        ended: Callable[[], Awaitable[Done | None]] | None = None,
        inference_result: InferenceResult | None = None,
    ) -> Done | Release | Leave:
        """`call` runs under the lease, and a ProviderError of it is a failure; `finish` gets the record with the result
        or the failure, and may see it more than once; `ended` looks elsewhere for an end, where Redis may have lost it.

        Raises Unavailable where a dependency is away.
        """
        limits, fence = self.limits(), uuid4()
        over_at = asyncio.get_running_loop().time() + limits.call_deadline_seconds
        work = WorkStart(
            identity=identity,
            stage=self.stage,
            fence=fence,
            lease_seconds=limits.lease_seconds,
            inference_result=inference_result,
        )
        votes: dict[str, Vote] = {}
        end = partial(LeaseEnd, identity=identity, stage=self.stage, fence=fence)
        try:
            begun = await self.leases.begin(work)
            votes |= begun.votes
            again = self._again(begun.record, delivery, limits)
            if not begun.granted and begun.busy_seconds is None:
                return await self._settled(begun.record, finish)
            may_have_ended = begun.rebuilt or begun.taken_over or delivery.receive_count > 1
            if ended and may_have_ended and (done := await ended()):
                return done
            if begun.busy_seconds is not None:
                log.info("lease_busy", seconds=round(begun.busy_seconds, 1))
                return Release(after_seconds=begun.busy_seconds)
            if begun.rebuilt or begun.taken_over:
                log.warning("call_may_repeat", record_lost=begun.rebuilt, next_step="none: it is counted")
            check_start(identity, attempts=begun.record.attempts[self.stage], limits=limits, now=self.now())
            crash_point(CrashPoint(f"{self.stage}.leased"))
            turn = Turn(record=begun.record, over_at=over_at, again=again, votes=votes)
            outcome: Result | Failure = await call(turn)
            crash_point(CrashPoint(f"{self.stage}.replied"))
        except ProviderError as error:
            if (retry := again(error)) is not None:
                log.warning("call_retried", reason=error.reason.value, after_seconds=round(retry.after_seconds, 1))
                held = await self.leases.release(end(refund=retry.refund, votes=votes))
                return Release(after_seconds=retry.after_seconds) if held else Leave()
            outcome = failure(error.reason, self.stage)
        except TurnOver:
            log.warning("turn_over", next_step="none: the message comes back")
            return Release(after_seconds=0) if await self.leases.release(end(refund=True, votes=votes)) else Leave()
        except Unavailable:
            # No call was made: what a call could not reach is a ProviderError.
            await self._give_back(end(refund=True, votes=votes))
            raise
        except BaseException:
            await self._give_back(end(refund=False, votes=votes))
            raise
        return await self._save(work, begun.record, outcome, finish)

    def _again(
        self, record: EvaluationRecord, delivery: Delivery, limits: Limits
    ) -> Callable[[ProviderError], TryAgain | None]:
        return lambda error: next_attempt(
            error,
            attempts_made=record.attempts[self.stage],
            receive_count=delivery.receive_count,
            limits=limits,
            now=self.now(),
            deadline_at=record.deadline_at,
        )

    async def _settled(
        self, record: EvaluationRecord, finish: Callable[[EvaluationRecord], Awaitable[Done]]
    ) -> Done | Release | Leave:
        """An earlier delivery saved what the stage came to; whether it also passed it on is not known."""
        if record.status is WORKING_STATUS[self.stage]:
            return await finish(record)
        log.info("duplicate_dropped", status=record.status.value)
        return Done()

    async def _save(
        self,
        work: WorkStart,
        record: EvaluationRecord,
        outcome: Result | Failure,
        finish: Callable[[EvaluationRecord], Awaitable[Done]],
    ) -> Done | Leave:
        field = "failure" if isinstance(outcome, Failure) else RESULT_FIELDS[self.stage]
        facts = {"inference_result": record.inference_result, field: outcome}
        result = StageResult(identity=work.identity, stage=work.stage, fence=work.fence, **facts)
        try:
            saved = await self.leases.save(result)
        except Unavailable:
            # It travels on with the message or the row; only a crash before that would cost a second call.
            log.warning("result_unsaved", next_step="none: it is passed on next")
            return await finish(record.model_copy(update={field: outcome}))
        crash_point(CrashPoint(f"{self.stage}.saved"))
        if not saved.held:
            log.warning("late_result_refused", status=saved.record.status.value, next_step="none: another one counts")
            return Leave()
        return await finish(saved.record)

    async def _give_back(self, end: LeaseEnd) -> None:
        try:
            await self.leases.release(end)
        except Unavailable:
            log.warning("lease_kept", next_step="none: it runs out by itself")
