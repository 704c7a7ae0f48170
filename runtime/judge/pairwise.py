"""What two orders of one pair say together: pure functions. `output` is A and `baseline` is B."""

from runtime.contracts.outcomes import Comparison, CriterionScore
from runtime.contracts.rubric import Criterion, Rubric
from runtime.contracts.two_orders import SIDES, Preference, Shown, combined, unswapped
from runtime.judge.pair_verdict import Choice, OrderVerdict
from runtime.judge.verdict_reader import MAX_TEXT_CHARS, clip

SCORES = {Preference.A: 1.0, Preference.B: 0.0, Preference.TIE: 0.5}
WHOLE = "overall"
"""The one criterion of a comparison by prose, which says nothing about the rubric's own."""

_EXPLANATION_CHARS = MAX_TEXT_CHARS // 2
"""Of each order: together they take no more room than one explanation of one answer."""


def comparison(output_first: Shown, baseline_first: Shown) -> tuple[float, Comparison]:
    """The score of `output`, and how it came about. A preference that does not survive the swap is a tie."""
    pair = combined(output_first, baseline_first)
    return SCORES[pair.preference], Comparison(
        preference=SIDES[pair.preference],
        order_consistent=pair.order_consistent,
        shown_first=SIDES[unswapped(output_first, a_is_first=True)],
        shown_second=SIDES[unswapped(baseline_first, a_is_first=False)],
    )


def compared_criteria(
    rubric: Rubric, output_first: OrderVerdict, baseline_first: OrderVerdict
) -> tuple[CriterionScore, ...]:
    """Each criterion by both orders. Where either is prose there is one score, of the whole: no other was given."""
    if output_first.prose is not None or baseline_first.prose is not None:
        score, _ = comparison(output_first.shown, baseline_first.shown)
        told = _both(_said(output_first), _said(baseline_first))
        return (CriterionScore(name=WHOLE, weight=1, score=score, explanation=told),)
    return tuple(
        _criterion(*row) for row in zip(rubric.criteria, output_first.choices, baseline_first.choices, strict=True)
    )


def _criterion(criterion: Criterion, output_first: Choice, baseline_first: Choice) -> CriterionScore:
    score, _ = comparison(output_first.shown, baseline_first.shown)
    return CriterionScore(
        name=criterion.name,
        weight=criterion.weight,
        score=score,
        evidence=clip(output_first.first_evidence or baseline_first.second_evidence),
        explanation=_both(output_first.explanation, baseline_first.explanation),
    )


def _said(order: OrderVerdict) -> str:
    return order.prose if order.prose is not None else " ".join(choice.explanation for choice in order.choices)


def _both(output_first: str, baseline_first: str) -> str:
    """An explanation speaks of answers by their place: a reader has to know which stood where."""
    return (
        f"Output shown first: {clip(output_first, _EXPLANATION_CHARS)}\n"
        f"Baseline shown first: {clip(baseline_first, _EXPLANATION_CHARS)}"
    )
