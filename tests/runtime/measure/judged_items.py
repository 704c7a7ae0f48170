"""Evaluations that ended, as the statistics see them; every call gives a new one."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from runtime.contracts.calibration import HumanLabel, Spending
from runtime.contracts.evaluation import Mode
from runtime.contracts.judged import Judged, JudgeKey, Labelled, Verdict
from runtime.contracts.outcomes import Comparison, Method, Outcome, Usage
from tests.contract.evaluations import START

KEY = JudgeKey(requested_model="google/j", rubric="mine@1", mode=Mode.POINTWISE, settings_hash="s")
PAIRS = JudgeKey(requested_model="google/j", rubric="mine@1", mode=Mode.PAIRWISE, settings_hash="s")


def verdict(score: float, **changes: Any) -> Verdict:
    fields: dict[str, Any] = {
        "methods": (Method.STRUCTURED_VERDICT,),
        "served_models": ("j-001",),
        "prompt_hash": "h",
        "comparison": None,
        "votes": (),
        "needs_human": False,
    }
    return Verdict(score=score, **fields | changes)


def scored(score: float, *, second: int = 0, of: dict[str, Any] | None = None, **changes: Any) -> Judged:
    """`of`: what is different about its verdict."""
    fields: dict[str, Any] = {
        "request_id": uuid4(),
        "created_at": START + timedelta(seconds=second),
        "item": None,
        "judge": KEY,
        "outcome": Outcome.SCORED,
        "verdict": verdict(score, **of or {}),
        "output_length": 10,
        "baseline_length": None,
        "candidate_spending": Spending(),
        "judge_spending": Spending(usage=Usage(input_tokens=10, output_tokens=1), cost_usd=0.25),
    }
    return Judged(**fields | changes)


def failed(outcome: Outcome = Outcome.JUDGE_ERROR, **changes: Any) -> Judged:
    return scored(0, **{"outcome": outcome, "verdict": None, "judge_spending": Spending(), **changes})


def labelled(judged: Judged, **label: Any) -> Labelled:
    return Labelled(label=HumanLabel(evaluation_id=judged.request_id, **label), judged=judged)


def pair(
    first: Any,
    second: Any,
    *,
    human: Any,
    lengths: tuple[int, int] = (10, 10),
    methods: tuple[Method, ...] = (Method.STRUCTURED_VERDICT,),
) -> Labelled:
    """What was preferred with `output` shown first, and with it second."""
    preference = first if first == second else "tie"
    comparison = Comparison(
        preference=preference, order_consistent=first == second, shown_first=first, shown_second=second
    )
    score = {"output": 1.0, "baseline": 0.0, "tie": 0.5}[preference]
    of = {"comparison": comparison, "methods": methods}
    judged = scored(score, judge=PAIRS, output_length=lengths[0], baseline_length=lengths[1], of=of)
    return labelled(judged, preference=human)
