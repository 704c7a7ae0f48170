"""Step 1 of 4: accept a request - seal its keys, keep its state, publish it to the inference topic."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from config.runtime_document import RuntimeDocument
from runtime.contracts.evaluation import EvaluationSpec, Identity
from runtime.contracts.failures import FailureReason, failure, outcome_of
from runtime.contracts.lifecycle import Status
from runtime.contracts.messages import EvaluationRequested
from runtime.contracts.states import IdempotencyClaim, NewRequest, RequestStates, StateChange
from runtime.contracts.unavailable import Unavailable
from runtime.gateway.provider_keys import ProviderKeys, check_keys
from runtime.gateway.resolve import resolve
from runtime.gateway.schemas import EvaluationIn
from runtime.gateway.sealed_keys import choose_request_id, seal_keys
from runtime.keys.client_seal import ClientSeals
from runtime.keys.ports import KeyBinding, KeySealer
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
    publisher: Publisher
    sealer: KeySealer
    client_seals: ClientSeals
    now: Callable[[], datetime]

    async def accept(
        self,
        request: EvaluationIn,
        *,
        tenant: str,
        keys: ProviderKeys,
        idempotency_key: str | None,
    ) -> Accepted:
        """Raises Problem: 422 for what is wrong in the request, 413 too large, 503 where nothing was started."""
        document = self.document()
        spec = resolve(request, document)
        check_keys(spec, keys)
        request_id = choose_request_id(spec, keys, tenant=tenant)
        identity = self._identify(request_id, spec, tenant, document.limits.evaluation_deadline_seconds)
        body = self._encode(identity, keys, document.limits.max_message_bytes)
        claim = _claim(idempotency_key, spec)
        creation = await self.states.create(NewRequest(identity=identity, idempotency=claim))
        if not creation.created:
            return _replay(creation.request_id, creation.body_hash, claim)
        structlog.contextvars.bind_contextvars(request_id=str(identity.request_id), stage="gateway")
        await self._publish(body, identity, claim)
        log.info("evaluation_accepted", judge_model=spec.judge.model, answer_given=spec.output is not None)
        return Accepted(identity.request_id, replayed=False)

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
            return encode_message(message, max_bytes=max_bytes)
        except MessageTooLarge:
            # JSON escapes can make a body under the HTTP limit larger than a queue message may be.
            raise Problem(413, "too_large", DETAILS[413]) from None

    async def _publish(self, body: str, identity: Identity, claim: IdempotencyClaim | None) -> None:
        try:
            await self.publisher.publish(body)
        except Unavailable as error:
            await self._abandon(identity, claim)
            raise unavailable(error.what) from None
        try:
            await self.states.advance(StateChange(identity=identity, to=Status.GATEWAY))
        except Unavailable:
            # The message is on its way and carries everything: the next stage rebuilds the state.
            log.warning("state_behind", next_step="none: the inference stage catches up")

    async def _abandon(self, identity: Identity, claim: IdempotencyClaim | None) -> None:
        """Nothing was accepted, so the caller may use the same Idempotency-Key for another try."""
        failed = failure(FailureReason.NOT_PUBLISHED, None)
        change = StateChange(
            identity=identity,
            to=Status.FAILED,
            failure=failed,
            outcome=outcome_of(failed),
            release_idempotency=claim,
        )
        try:
            await self.states.advance(change)
        except Unavailable:
            log.warning("not_published_unrecorded", next_step="none: a message that was not sent starts nothing")


def _claim(idempotency_key: str | None, spec: EvaluationSpec) -> IdempotencyClaim | None:
    """The provider keys are no part of the body: a retry may bring a fresh one."""
    if idempotency_key is None:
        return None
    return IdempotencyClaim(
        key_hash=hashlib.sha256(idempotency_key.encode()).hexdigest(),
        body_hash=hashlib.sha256(spec.model_dump_json().encode()).hexdigest(),
    )


def _replay(request_id: UUID, body_hash: str | None, claim: IdempotencyClaim | None) -> Accepted:
    if body_hash is None:
        # Only a client's own nonce makes an id that is there already.
        detail = "These sealed keys were used for an evaluation before: seal your keys again, with a new nonce."
        raise Problem(409, "sealed_keys_used", detail)
    if claim is None or body_hash != claim.body_hash:
        detail = "This Idempotency-Key was used with another body: use a new key for a new evaluation."
        raise Problem(422, "idempotency_key_reused", detail)
    return Accepted(request_id, replayed=True)
