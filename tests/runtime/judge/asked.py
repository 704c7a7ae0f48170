"""Judges that a jury or a cascade asks, without a service around them."""

import asyncio
from collections.abc import Mapping
from typing import Any

from runtime.contracts.failures import POLICIES, FailureReason, Retry
from runtime.contracts.outcomes import Comparison, CriterionScore, JudgeResult, Method, Usage
from runtime.judge.jurors import Votes
from runtime.judge.ports import JudgeTask
from runtime.providers.chat_model import ProviderError

Script = Mapping[str, JudgeResult | FailureReason]


def judged(score: float, **changes: Any) -> JudgeResult:
    fields: dict[str, Any] = {
        "score": score,
        "criteria": (CriterionScore(name="correct", weight=2, score=score),),
        "rationale": "",
        "method": Method.STRUCTURED_VERDICT,
        "rubric": "r@1",
        "requested_model": "google/a",
        "served_model": "a-1",
        "usage": Usage(input_tokens=10, output_tokens=5),
        "cost_usd": 0.25,
        "duration_ms": 30,
    }
    return JudgeResult(**fields | changes)


def compared(first: str, second: str) -> JudgeResult:
    """What one judge says of a pair: a preference where both orders agree."""
    preference = first if first == second else "tie"
    facts = {"shown_first": first, "shown_second": second, "order_consistent": first == second}
    comparison = Comparison.model_validate(facts | {"preference": preference})
    return judged({"output": 1.0, "baseline": 0.0, "tie": 0.5}[preference], comparison=comparison)


class Asked:
    """Answers for each model as its script says; remembers who was asked, and how many at once."""

    def __init__(self, script: Script) -> None:
        self._script = script
        self.models: list[str] = []
        self._open = 0
        self.at_once = 0

    async def __call__(self, model: str, task: JudgeTask) -> JudgeResult:
        self.models.append(model)
        self._open += 1
        self.at_once = max(self.at_once, self._open)
        vote = self._script[model]
        # A failure is told while the others are still being asked.
        for _ in range(1 if isinstance(vote, FailureReason) else 3):
            await asyncio.sleep(0)
        self._open -= 1
        if isinstance(vote, FailureReason):
            raise ProviderError(vote, retry_after_seconds=9)
        return vote


def votes(asked: Asked, *, last_attempt: bool = False) -> Votes:
    def final(error: ProviderError) -> bool:
        return last_attempt or POLICIES[error.reason].retry is Retry.NEVER

    return Votes(ask=asked, final=final, said={})
