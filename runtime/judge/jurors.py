"""What a jury and a cascade have in common: how each of several judges did, and what all of them cost together."""

from collections.abc import Iterable
from typing import Any, Literal

import structlog

from runtime.contracts.failures import POLICIES, FailureReason, Retry
from runtime.contracts.outcomes import JudgeResult, Juror, Usage, add_usage
from runtime.judge.ports import Ask, JudgeTask
from runtime.providers.chat_model import ProviderError

log = structlog.get_logger()

Vote = JudgeResult | FailureReason
"""A verdict, or why there will be none."""
Part = Literal["voted", "abstained", "escalated"]


async def vote_of(model: str, task: JudgeTask, ask: Ask) -> Vote:
    """Raises the ProviderError of what may go better next time: then the whole attempt is made again."""
    try:
        return await ask(model, task)
    except ProviderError as error:
        policy = POLICIES[error.reason]
        if policy.retry is not Retry.NEVER:
            raise
        log.warning("juror_abstained", model=model, reason=error.reason.value, next_step=policy.advice)
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
