"""One pace for each provider key and model, kept for all workers together: may this call start now, or when?"""

from typing import Annotated, Protocol

from pydantic import Field

from config.base import Frozen
from config.topology import Provider

Rate = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class RateLimits(Frozen):
    """What a key may do in a minute; None: not limited, until the provider says so."""

    requests_per_minute: Rate | None = None
    tokens_per_minute: Rate | None = None


UNLIMITED = RateLimits()


class LimitsTold(RateLimits):
    """What a provider said beside a reply; None: it did not say."""

    remaining_requests: Amount | None = None
    """Of this minute's allowance."""
    remaining_tokens: Amount | None = None

    @property
    def spare_seconds(self) -> float | None:
        """The remaining allowance, as the time that it takes to come back."""
        pairs = (
            (self.remaining_requests, self.requests_per_minute),
            (self.remaining_tokens, self.tokens_per_minute),
        )
        spare = [60 * left / limit for left, limit in pairs if left is not None and limit is not None]
        return min(spare, default=None)


class PacedKey(Frozen):
    """What a provider counts by. `key_id` is `runtime.keys.key_id`, never the key."""

    key_id: str = Field(pattern=r"^[0-9a-f]{16}$")
    provider: Provider
    model: str = Field(min_length=1, max_length=127)


class CallRequest(Frozen):
    key: PacedKey
    call_id: str = Field(min_length=1, max_length=64)
    """The same at each delivery of one message: its turn is kept under it."""
    tokens: int = Field(ge=0)
    """An estimate of what the call uses, input and output together."""
    limits: RateLimits = UNLIMITED
    """By configuration; what the provider itself tells comes first."""
    patience_seconds: float = Field(allow_inf_nan=False)
    """A turn that is further away, even at the full rate, is of no use and is not kept."""
    check_in_seconds: Rate
    """To ask again at least so often while the key is open: the rate may have changed meanwhile."""


class CallReport(Frozen):
    """How an admitted call went."""

    request: CallRequest
    calls: int = Field(default=1, ge=0)
    """More than one where a verdict needed a repair: the others are charged afterwards."""
    tokens_used: int | None = Field(default=None, ge=0)
    """As the provider counted them, over all calls; None: the estimate stands."""
    throttled: bool = False
    """The provider answered 429."""
    retry_after_seconds: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    told: LimitsTold | None = None


class Admission(Frozen):
    wait_seconds: float = Field(ge=0)
    """0: go. Else ask again then: the turn is kept, where it is within the patience."""
    limits: RateLimits = UNLIMITED
    """Those in force."""
    slowed: bool = False
    """The provider throttled lately: a success helps to raise the rate again."""


class CallPacing(Protocol):
    """Raises `Unavailable` where the pace cannot be reached; nothing else. Both may be repeated."""

    async def admit(self, request: CallRequest) -> Admission: ...

    async def settle(self, report: CallReport) -> Admission:
        """After a throttled call: when it may be tried again. It keeps its turn, before those that waited behind it."""
        ...
