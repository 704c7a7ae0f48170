"""The error taxonomy in one table: what went wrong, whether we try again, how it ends, what one can do about it."""

from dataclasses import dataclass
from enum import StrEnum

from config.base import Frozen
from config.topology import Stage
from runtime.contracts.outcomes import Outcome


class Retry(StrEnum):
    NEVER = "never"
    ONCE = "once"
    """One more attempt, whatever the configured maximum."""
    BOUNDED = "bounded"
    """Up to `limits.max_attempts_per_stage` attempts."""
    FREE = "free"
    """Released until the provider's own time, within the deadline; costs no attempt."""


class FailureReason(StrEnum):
    """Our own codes: they are stored and logged in place of a provider's text, which may repeat a key."""

    AUTH = "auth"
    QUOTA = "quota"
    MODEL_NOT_FOUND = "model_not_found"
    REJECTED = "rejected"
    THROTTLED = "throttled"
    TRANSIENT = "transient"
    TIMEOUT = "timeout"
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    UNPARSEABLE = "judge_unparseable"
    NO_QUORUM = "jury_no_quorum"
    EVIDENCE = "judge_evidence"
    BLOCKED = "blocked"
    REFUSED = "refused"
    OUTPUT_TOO_LARGE = "output_too_large"
    KEY_EXPIRED = "key_expired"
    KEY_UNREADABLE = "key_unreadable"
    DEADLINE = "deadline"
    NOT_PUBLISHED = "not_published"
    INVALID_MESSAGE = "invalid_message"
    DEAD_LETTER = "dead_letter"


@dataclass(frozen=True)
class Policy:
    retry: Retry
    advice: str
    outcome: Outcome | None = None
    """The outcome when it is final; None: inference_error or judge_error, after the stage it happened in."""


# The judge itself asks once for a repair, and once with a larger budget: what is then still no verdict is final.
POLICIES: dict[FailureReason, Policy] = {
    FailureReason.AUTH: Policy(
        Retry.NEVER, "The provider refused the key: check that it is valid and may use the model."
    ),
    FailureReason.QUOTA: Policy(Retry.NEVER, "The provider account has no credit left: top it up, then submit again."),
    FailureReason.MODEL_NOT_FOUND: Policy(Retry.NEVER, "The provider does not know this model: check its name."),
    FailureReason.REJECTED: Policy(
        Retry.NEVER, "The provider rejected the request: check parameters and prompt length."
    ),
    FailureReason.THROTTLED: Policy(Retry.FREE, "The provider limits this key's rate until past the deadline."),
    FailureReason.TRANSIENT: Policy(Retry.BOUNDED, "The provider kept failing: submit again later."),
    FailureReason.TIMEOUT: Policy(Retry.ONCE, "The provider did not answer in time; the calls may have been charged."),
    FailureReason.MALFORMED: Policy(Retry.ONCE, "The provider's reply was not a usable answer: submit again."),
    FailureReason.TRUNCATED: Policy(
        Retry.NEVER, "The judge's verdict was cut off: use a smaller rubric or another judge."
    ),
    FailureReason.UNPARSEABLE: Policy(
        Retry.NEVER, "The judge did not answer in the rubric's form: use a stronger judge."
    ),
    FailureReason.NO_QUORUM: Policy(
        Retry.NEVER, "Less than half of the jury's weight gave a verdict: look for `juror_abstained` in the log."
    ),
    FailureReason.EVIDENCE: Policy(
        Retry.NEVER, "The judge quoted words that do not stand in the answer: use a stronger judge."
    ),
    FailureReason.BLOCKED: Policy(Retry.NEVER, "The provider's safety filter blocked the text.", Outcome.BLOCKED),
    FailureReason.REFUSED: Policy(Retry.NEVER, "The candidate model declined to answer.", Outcome.REFUSED),
    FailureReason.OUTPUT_TOO_LARGE: Policy(Retry.NEVER, "The answer is too long to be judged: lower max_tokens."),
    FailureReason.KEY_EXPIRED: Policy(
        Retry.NEVER, "The sealed key expired before its turn: submit again with the key."
    ),
    FailureReason.KEY_UNREADABLE: Policy(
        Retry.NEVER, "The sealed key cannot be opened here: submit again with the key."
    ),
    FailureReason.DEADLINE: Policy(Retry.NEVER, "The evaluation's deadline passed before it was done: submit again."),
    FailureReason.NOT_PUBLISHED: Policy(Retry.NEVER, "The request could not be queued: submit it again."),
    FailureReason.INVALID_MESSAGE: Policy(Retry.NEVER, "The queued message was damaged: submit the request again."),
    FailureReason.DEAD_LETTER: Policy(
        Retry.NEVER, "The message was delivered too often without being handled: submit the request again."
    ),
}


class Failure(Frozen):
    """Why an evaluation has no score."""

    stage: Stage | None
    """None: it failed at the gateway."""
    reason: FailureReason
    advice: str


def failure(reason: FailureReason, stage: Stage | None) -> Failure:
    return Failure(stage=stage, reason=reason, advice=POLICIES[reason].advice)


def outcome_of(failed: Failure) -> Outcome:
    final = POLICIES[failed.reason].outcome
    if final is not None:
        return final
    return Outcome.JUDGE_ERROR if failed.stage is Stage.JUDGE else Outcome.INFERENCE_ERROR


def may_retry(reason: FailureReason, *, attempts_made: int, max_attempts: int) -> bool:
    """Whether another attempt is due after `attempts_made` counted ones (a throttled call is not counted)."""
    match POLICIES[reason].retry:
        case Retry.NEVER:
            return False
        case Retry.ONCE:
            return attempts_made <= 1
        case Retry.BOUNDED:
            return attempts_made < max_attempts
        case Retry.FREE:
            return True
