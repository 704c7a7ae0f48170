"""The Idempotency-Key: the same key and body again is the same evaluation."""

import hashlib

from runtime.contracts.states import Creation, IdempotencyClaim, NewRequest
from runtime.gateway.schemas import EvaluationIn
from runtime.kit.problems import RETRY_AFTER_SECONDS, Problem

IN_PROGRESS_RETRY_SECONDS = 1


def claim_of(idempotency_key: str | None, request: EvaluationIn) -> IdempotencyClaim | None:
    """The body is what the caller sent, without our defaults: those may change between a request and its repetition.

    The provider keys are no part of it: a retry may bring a fresh one.
    """
    if idempotency_key is None:
        return None
    return IdempotencyClaim(
        key_hash=hashlib.sha256(idempotency_key.encode()).hexdigest(),
        body_hash=hashlib.sha256(request.model_dump_json(exclude_unset=True).encode()).hexdigest(),
    )


def check_replay(creation: Creation, claim: IdempotencyClaim | None) -> None:
    """Raises Problem where the first use of the key, or of the sealed keys, is no answer to this one."""
    if creation.body_hash is None:
        # Only a client's own nonce makes an id that is there already.
        detail = "These sealed keys were used for an evaluation before: seal your keys again, with a new nonce."
        raise Problem(409, "sealed_keys_used", detail)
    if claim is None or creation.body_hash != claim.body_hash:
        detail = "This Idempotency-Key was used with another body: use a new key for a new evaluation."
        raise Problem(422, "idempotency_key_reused", detail)
    if creation.in_progress:
        raise Problem(
            409,
            "idempotency_in_progress",
            "The first request with this Idempotency-Key is still being accepted: send the same request again.",
            retryable=True,
            headers={"Retry-After": str(IN_PROGRESS_RETRY_SECONDS)},
        )


def perhaps_started(new: NewRequest) -> Problem:
    """503 where the request may be under way: sent again without an Idempotency-Key, it may run and count twice."""
    with_key = new.idempotency is not None
    send_again = "Send the same request again with the same Idempotency-Key: it is not started twice."
    look_first = (
        f"Read /v1/evaluations/{new.identity.request_id}, and send the request again only where that has failed as "
        "not_published: else it may run twice. With an Idempotency-Key it could be sent again at once."
    )
    return Problem(
        503,
        "acceptance_unknown",
        f"This evaluation may have been started. {send_again if with_key else look_first}",
        retryable=with_key,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)} if with_key else {},
    )
