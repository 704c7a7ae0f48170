"""Whether a message may start its call, with which key, and when a failed call is tried again."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import SecretStr

from config.limits import Limits
from config.topology import Provider
from runtime.contracts.evaluation import Identity
from runtime.contracts.failures import POLICIES, FailureReason, Retry, may_retry
from runtime.contracts.messages import SealedKey
from runtime.keys.ports import KeyBinding, KeyExpired, KeyOpener, KeyUnreadable
from runtime.messaging.backoff import doubled_seconds
from runtime.providers.chat_model import ProviderError
from runtime.stages.pacing import NotYet


@dataclass(frozen=True)
class TryAgain:
    after_seconds: float
    refund: bool
    """The attempt costs nothing: the provider only asked for time."""


def next_attempt(
    error: ProviderError,
    *,
    attempts_made: int,
    receive_count: int,
    limits: Limits,
    now: datetime,
    deadline_at: datetime,
) -> TryAgain | None:
    """When to try again after a failed call; None: it is final.

    `attempts_made` counts this one. The backoff follows the deliveries, as a throttled call counts no attempt but does
    use up a delivery. A call that only has to wait for its turn comes back at that time exactly: later, it would lose
    it. A delay that ends past the deadline is final too.
    """
    if not may_retry(error.reason, attempts_made=attempts_made, max_attempts=limits.max_attempts_per_stage):
        return None
    if isinstance(error, NotYet):
        delay = error.wait_seconds
    else:
        delay = max(doubled_seconds(receive_count, limits), error.retry_after_seconds or 0)
    if (deadline_at - now).total_seconds() <= delay:
        return None
    return TryAgain(after_seconds=delay, refund=POLICIES[error.reason].retry is Retry.FREE)


async def open_key(
    opener: KeyOpener, sealed: SealedKey | None, *, identity: Identity, provider: Provider
) -> SecretStr | None:
    """The plaintext key; None where the model needs none. Raises ProviderError for a seal that is of no use."""
    if sealed is None:
        return None
    if sealed.provider is not provider:
        # A forged message could pair one provider's key with another's model, and so send it there.
        raise ProviderError(FailureReason.KEY_UNREADABLE)
    try:
        return await opener.open(sealed, binding=KeyBinding(request_id=identity.request_id, tenant=identity.tenant))
    except KeyExpired:
        raise ProviderError(FailureReason.KEY_EXPIRED) from None
    except KeyUnreadable:
        raise ProviderError(FailureReason.KEY_UNREADABLE) from None


def check_start(identity: Identity, *, attempts: int, limits: Limits, now: datetime) -> None:
    """Raises ProviderError where the call must not start: past the deadline, or more attempts than allowed.

    More attempts than allowed means that earlier ones died without a word, for example with their process.
    """
    if now >= identity.deadline_at:
        raise ProviderError(FailureReason.DEADLINE)
    if attempts > limits.max_attempts_per_stage:
        raise ProviderError(FailureReason.TRANSIENT)
