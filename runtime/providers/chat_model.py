"""The port to any chat model: a service asks, an adapter maps its SDK's replies and errors to these types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pydantic import SecretStr

from runtime.contracts.evaluation import CandidateParameters, Message
from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import Usage
from runtime.contracts.pacing import LimitsTold


@dataclass(frozen=True)
class ChatRequest:
    model: str
    """The provider's own name, without our prefix."""
    messages: tuple[Message, ...]
    parameters: CandidateParameters = field(default_factory=CandidateParameters)
    json_schema: Mapping[str, Any] | None = None
    """The reply must be JSON of this schema, enforced by the provider; the caller still validates it."""
    top_logprobs: int | None = None
    """Ask for the probabilities of the first reply token's alternatives. Only `local/` models have them."""


@dataclass(frozen=True)
class ChatReply:
    text: str
    served_model: str | None
    truncated: bool
    """It stopped at the token limit."""
    usage: Usage | None
    first_token_logprobs: Mapping[str, float] | None = None
    """Token text -> natural-log probability, where `top_logprobs` was asked for."""
    told: LimitsTold | None = None
    """The key's limits, where the provider says them beside its answer."""


class Reply(Protocol):
    """What the pace of a key learns from any reply."""

    @property
    def usage(self) -> Usage | None: ...

    @property
    def told(self) -> LimitsTold | None: ...


class ProviderError(Exception):
    """A call that gave no usable answer. Carries our code only: a provider's text may repeat the key."""

    def __init__(
        self,
        reason: FailureReason,
        *,
        retry_after_seconds: float | None = None,
        told: LimitsTold | None = None,
    ) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds
        self.told = told


class ChatModel(Protocol):
    async def complete(self, request: ChatRequest, *, key: SecretStr | None, deadline_seconds: float) -> ChatReply:
        """One call, no hidden retries, ended after `deadline_seconds` in total. Raises `ProviderError` only.

        Reasons: auth, quota, model_not_found, rejected, throttled (with `retry_after_seconds` where the provider
        said it), transient, timeout (the request may have been charged), malformed, blocked, refused.
        """
        ...
