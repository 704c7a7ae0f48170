"""The port to a provider's decision endpoint: questions with ordered levels, and for each level a probability."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import Usage
from runtime.contracts.pacing import LimitsTold
from runtime.providers.chat_model import ProviderError

ROUNDING = 0.02
"""By so much the probabilities of a question may miss 1 together: providers round them."""


@dataclass(frozen=True)
class DecisionQuestion:
    name: str
    instructions: str
    levels: tuple[str, ...]
    """From worst to best."""


@dataclass(frozen=True)
class DecisionRequest:
    model: str
    """The provider's own name, without our prefix."""
    input: str
    """What all questions are about."""
    questions: tuple[DecisionQuestion, ...]


@dataclass(frozen=True)
class DecisionReply:
    probabilities: tuple[tuple[float, ...] | None, ...]
    """For each question, in the request's order, those of its levels, which add up to 1; None: it was declined."""
    served_model: str | None
    usage: Usage | None
    told: LimitsTold | None = None
    """The key's limits, where the provider says them beside its answer."""


class DecisionModel(Protocol):
    async def decide(
        self, request: DecisionRequest, *, key: SecretStr | None, deadline_seconds: float
    ) -> DecisionReply:
        """One call, no hidden retries, ended after `deadline_seconds` in total. Raises `ProviderError` only, for the
        reasons of a `ChatModel`; a question that is declined is no error.
        """
        ...


def distribution(found: Mapping[str, float], levels: int) -> tuple[float, ...]:
    """Probabilities by level number, as text, in the order of the levels and adding up to 1.

    Raises `ProviderError` (malformed) for anything else: a level without one is not a level with none.
    """
    values = [found.get(str(level), math.nan) for level in range(levels)]
    total = math.fsum(values)
    usable = len(found) == levels and all(0 <= value <= 1 for value in values) and abs(total - 1) <= ROUNDING
    if not usable:
        raise ProviderError(FailureReason.MALFORMED)
    return tuple(value / total for value in values)
