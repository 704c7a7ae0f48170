"""Pairs of answers: humans prefer one of the two, or neither. A is the evaluation's output, B its baseline."""

from collections.abc import Sequence

from runtime.contracts.calibration import Estimate, PairwiseFigures
from runtime.contracts.judged import Labelled, Verdict
from runtime.contracts.outcomes import Method
from runtime.contracts.two_orders import PREFERENCES, Preference, Shown
from runtime.measure.estimate import wilson
from runtime.measure.pairwise import (
    HALF,
    Orders,
    credit,
    first_position_preference,
    longer_wins,
    position_consistency,
)
from runtime.measure.rated import Rated, RatedBaseline, commonest, lengths_of, spearman

PLACES = tuple(PREFERENCES.values())
OUTPUT_FIRST = {"output": Shown.FIRST, "baseline": Shown.SECOND, "tie": Shown.TIE}
OUTPUT_SECOND = {"output": Shown.SECOND, "baseline": Shown.FIRST, "tie": Shown.TIE}
UNORDERED = {Method.LIKELIHOOD, Method.FLOOR}
"""Each answer is examined by itself, or none: both orders say the same by construction, which measures nothing."""
SIGNS = {Preference.A: 1, Preference.TIE: 0, Preference.B: -1}


def rated_preferences(items: Sequence[Labelled]) -> Rated:
    human = [PREFERENCES[item.label.preference or "tie"] for item in items]
    verdicts = [item.judged.verdict for item in items if item.judged.verdict]
    judge = list(map(preference_of, verdicts))
    outputs, others = lengths_of(items), [item.judged.baseline_length or 0 for item in items]
    longer = longer_wins(outputs, others)
    said, earned = _places(human), _earned(judge, human)
    usual = commonest(said)
    orders = list(map(_orders, verdicts))
    # One of its two verdicts is right about a pair; both orders together make a tie of it.
    first = RatedBaseline("always first", _places([Preference.TIE] * len(items)), [HALF] * len(items))
    return Rated(
        labels=tuple(PREFERENCES),
        weights="none",
        human=said,
        judge=_places(judge),
        earned=earned,
        gaps=[1 - each for each in earned],
        baselines=[
            RatedBaseline("longer wins", _places(longer), _earned(longer, human)),
            *([first] if any(None not in both for both in orders) else []),
            RatedBaseline("always the commonest", [usual] * len(items), _earned([PLACES[usual]] * len(items), human)),
        ],
        figures={
            "pairwise": _pairwise(orders, judge, human, longer),
            "length_correlation": spearman(
                [SIGNS[verdict] for verdict in judge], [one - other for one, other in zip(outputs, others, strict=True)]
            ),
        },
    )


def preference_of(verdict: Verdict) -> Preference:
    """As its comparison says, also one that was made without a judge; a verdict that has none, by its score."""
    if verdict.comparison is not None:
        return PREFERENCES[verdict.comparison.preference]
    return Preference.A if verdict.score > HALF else Preference.B if verdict.score < HALF else Preference.TIE


def _orders(verdict: Verdict) -> Orders:
    shown = verdict.comparison if not UNORDERED.issuperset(verdict.methods) else None
    return (OUTPUT_FIRST[shown.shown_first], OUTPUT_SECOND[shown.shown_second]) if shown else (None, None)


def _pairwise(
    orders: Sequence[Orders], judge: Sequence[Preference], human: Sequence[Preference], longer: Sequence[Preference]
) -> PairwiseFigures:
    first = first_position_preference(orders)
    # The two verdicts of a pair hang together, so that the interval counts pairs.
    pairs = sum(Shown.FIRST in both or Shown.SECOND in both for both in orders)
    return PairwiseFigures(
        order_consistency=position_consistency(orders),
        first_preference=wilson(first * pairs, pairs) if first is not None else None,
        longer_preferred=_share_of_longer(judge, longer),
        longer_preferred_by_humans=_share_of_longer(human, longer),
    )


def _share_of_longer(said: Sequence[Preference], longer: Sequence[Preference]) -> Estimate | None:
    decided = [one is more for one, more in zip(said, longer, strict=True) if Preference.TIE not in (one, more)]
    return wilson(sum(decided), len(decided))


def _earned(judge: Sequence[Preference], human: Sequence[Preference]) -> list[float]:
    return [credit(one, other) for one, other in zip(judge, human, strict=True)]


def _places(said: Sequence[Preference]) -> list[int]:
    return [PLACES.index(one) for one in said]
