"""Step 1 of 4: accept a request - seal its keys, keep its state, publish it to the inference topic."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from config.runtime_document import RuntimeDocument
from config.tenant import TenantLimits
from config.topology import SNS
from runtime.contracts.evaluation import EvaluationSpec, Identity, given_answer
from runtime.contracts.failures import FailureReason, failure, outcome_of
from runtime.contracts.history import History
from runtime.contracts.lifecycle import Status, may_abandon
from runtime.contracts.messages import EvaluationRequested, InferenceCompleted
from runtime.contracts.states import NewRequest, RequestStates, StateChange
from runtime.contracts.unavailable import Unavailable
from runtime.gateway.idempotency import check_replay, claim_of, perhaps_started
from runtime.gateway.over_limit import over_limit
from runtime.gateway.provider_keys import ProviderKeys, check_keys
from runtime.gateway.resolve import resolve
from runtime.gateway.schemas import EvaluationIn
from runtime.gateway.sealed_keys import choose_request_id, seal_keys
from runtime.keys.client_seal import ClientSeals
from runtime.keys.ports import KeyBinding, KeySealer
from runtime.kit.crash_points import CrashPoint, crash_point
from runtime.kit.problems import DETAILS, Problem, unavailable
from runtime.messaging.encoding import encode_message
from runtime.messaging.ports import MessageTooLarge, Publisher

log = structlog.get_logger()


@dataclass(frozen=True)
class Accepted:
    request_id: UUID
    replayed: bool
    """The same Idempotency-Key and body came before: nothing new was started."""


@dataclass(frozen=True, kw_only=True)
class AcceptEvaluation:
    document: Callable[[], RuntimeDocument]
    states: RequestStates
    history: History
    publisher: Publisher
    sealer: KeySealer
    client_seals: ClientSeals
    now: Callable[[], datetime]

    async def accept(
        self,
        request: EvaluationIn,
        *,
        tenant: str,
        limits: TenantLimits | None = None,
        keys: ProviderKeys,
        idempotency_key: str | None,
    ) -> Accepted:
        """Raises Problem: 422 for what is wrong in the request, 413 too large, 429 over one of the tenant's limits, 409
        where the first use of the same key is still under way, 503 where nothing was started or nobody can tell.
        """
        document = self.document()
        spec = resolve(request, document)
        check_keys(spec, keys)
        request_id = choose_request_id(spec, keys, tenant=tenant)
        identity = self._identify(request_id, spec, tenant, document.limits.evaluation_deadline_seconds)
        body = self._encode(identity, keys, document.limits.max_message_bytes)
        claim = claim_of(idempotency_key, request)
        new = NewRequest(identity=identity, idempotency=claim, limits=limits)
        creation = await self.states.create(new)
        if creation.refused and limits:
            log.info("limit_reached", limit=creation.refused.limit.value, next_step="none, or raise the tenant's limit")
            raise over_limit(creation.refused, limits)
        if not creation.created:
            if creation.in_progress and await self._has_ended(creation.request_id, tenant):
                creation = creation.model_copy(update={"in_progress": False})
            check_replay(creation, claim)
            return Accepted(creation.request_id, replayed=True)
        crash_point(CrashPoint.GATEWAY_STATE_CREATED)
        structlog.contextvars.bind_contextvars(request_id=str(identity.request_id), stage="gateway")
        await self._publish(body, new)
        crash_point(CrashPoint.GATEWAY_STATE_ADVANCED)
        log.info("evaluation_accepted", judge_model=spec.judge.model, answer_given=spec.output is not None)
        return Accepted(identity.request_id, replayed=False)

    async def _has_ended(self, request_id: UUID, tenant: str) -> bool:
        """Where Redis lost the record of a key's first use, the history knows whether that was accepted."""
        try:
            return await self.history.get(request_id, tenant=tenant) is not None
        except Unavailable:
            return False

    def _identify(self, request_id: UUID, spec: EvaluationSpec, tenant: str, deadline_seconds: int) -> Identity:
        now = self.now()
        deadline = now + timedelta(seconds=deadline_seconds)
        return Identity(request_id=request_id, tenant=tenant, created_at=now, deadline_at=deadline, spec=spec)

    def _encode(self, identity: Identity, keys: ProviderKeys, max_bytes: int) -> str:
        binding = KeyBinding(request_id=identity.request_id, tenant=identity.tenant)
        sealed = seal_keys(
            identity.spec,
            keys,
            sealer=self.sealer,
            client_seals=self.client_seals,
            binding=binding,
            expires_at=identity.deadline_at,
        )
        message = EvaluationRequested(identity=identity, candidate_key=sealed.candidate, judge_key=sealed.judge)
        try:
            if given := given_answer(identity.spec):
                # On its way to the judge a given answer travels twice.
                second = InferenceCompleted(identity=identity, inference_result=given, judge_key=sealed.judge)
                encode_message(second, max_bytes=max_bytes)
            return encode_message(message, max_bytes=max_bytes)
        except MessageTooLarge:
            # JSON escapes can make a body under the HTTP limit larger than a queue message may be.
            raise Problem(413, "too_large", DETAILS[413]) from None

    async def _publish(self, body: str, new: NewRequest) -> None:
        try:
            await self.publisher.publish(body, tenant=new.identity.tenant)
        except Unavailable as error:
            if await self._abandon(new):
                raise unavailable(error.what) from None
            return
        crash_point(CrashPoint.GATEWAY_PUBLISHED)
        try:
            record = (await self.states.advance(StateChange(identity=new.identity, to=Status.GATEWAY))).record
        except Unavailable:
            # It is on its way, but what stays CREATED is swept: nothing is promised that may not be kept.
            log.warning("acceptance_unrecorded", next_step="none: the caller is told that it may have been started")
            raise perhaps_started(new) from None
        if record.failure and record.failure.reason is FailureReason.NOT_PUBLISHED:
            log.warning("published_too_late", next_step="none: it was swept, the caller is told to send it again")
            raise unavailable(SNS)

    async def _abandon(self, new: NewRequest) -> bool:
        """The caller may use the same Idempotency-Key for another try. False: a stage has begun it, so it was published
        although the topic's answer was lost. Raises Problem where it may have been published and could not be ended.
        """
        failed = failure(FailureReason.NOT_PUBLISHED, None)
        change = StateChange(
            identity=new.identity,
            to=Status.FAILED,
            failure=failed,
            outcome=outcome_of(failed),
        )
        try:
            record = (await self.states.advance(change)).record
        except Unavailable:
            log.warning("not_published_unrecorded", next_step="none: the caller is told that it may have been started")
            raise perhaps_started(new) from None
        if record.status is Status.CREATED:
            # Redis has lost the record: a message that was sent all the same would begin it anew.
            raise perhaps_started(new)
        return may_abandon(record.stage)
