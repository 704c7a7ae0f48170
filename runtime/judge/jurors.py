"""What a jury and a cascade have in common: how each of several judges did, and what all of them cost together."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

import structlog

from runtime.contracts.failures import POLICIES, FailureReason
from runtime.contracts.leases import Vote
from runtime.contracts.outcomes import JudgeResult, Juror, Usage, add_usage
from runtime.judge.ports import Ask, JudgeTask
from runtime.providers.chat_model import ProviderError

log = structlog.get_logger()

Part = Literal["voted", "abstained", "escalated"]


@dataclass(frozen=True)
class Votes:
    """Asks each of several judges until it has said something for good, and then no more."""

    ask: Ask
    final: Callable[[ProviderError], bool]
    """Whether a failure is one for good: asking again would not help, or it was asked often enough."""
    said: dict[str, Vote]
    """By model; kept between the attempts."""

    async def of(self, model: str, task: JudgeTask) -> Vote:
        """Raises the ProviderError of what may go better next time: then the whole attempt is made again."""
        if model not in self.said:
            self.said[model] = await self._asked(model, task)
        return self.said[model]

    async def _asked(self, model: str, task: JudgeTask) -> Vote:
        try:
            return await self.ask(model, task)
        except ProviderError as error:
            if not self.final(error):
                raise
            advice = POLICIES[error.reason].advice
            log.warning("juror_abstained", model=model, reason=error.reason.value, next_step=advice)
            return error.reason


def juror(model: str, vote: Vote, part: Part, **earned: float | None) -> Juror:
    if isinstance(vote, FailureReason):
        return Juror(model=model, part=part, reason=vote.value, **earned)
    return Juror(
        model=model,
        served_model=vote.served_model,
        part=part,
        score=vote.score,
        method=vote.method,
        confidence=vote.confidence,
        usage=vote.usage,
        cost_usd=vote.cost_usd,
        **earned,
    )


def spent_on(verdicts: Iterable[JudgeResult]) -> dict[str, Any]:
    """`usage` and `cost_usd` of all together; one without a price leaves the sum without one.

    What a judge that gave no verdict has used is not known here, so it is in neither.
    """
    usage: Usage | None = None
    costs = []
    for verdict in verdicts:
        usage = add_usage(usage, verdict.usage)
        costs.append(verdict.cost_usd)
    known = [cost for cost in costs if cost is not None]
    return {"usage": usage, "cost_usd": sum(known) if known and len(known) == len(costs) else None}
