"""All figures of one prompting strategy, over the adversarial pairs."""

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.contracts.calibration import Estimate
from runtime.contracts.jury import COIN
from runtime.contracts.two_orders import Preference
from runtime.measure.agreement import confusion_matrix, kappa_estimate
from runtime.measure.cascade import CascadeResult, RecordedItem, cascade
from runtime.measure.estimate import mean_share
from runtime.measure.length_bias import LengthBias, length_bias
from runtime.measure.pairwise import (
    Orders,
    accuracy_over_orders,
    always_first,
    credit,
    first_position_preference,
    longer_wins,
    position_consistency,
)
from tools.replay.juries import (
    Verdicts,
    jury_of_both_orders,
    jury_of_each_order,
    learned_weights,
    plain_weights,
)
from tools.replay.recordings import STRONG, WEAK, Pair, Recordings, UnusableData
from tools.replay.survivors import is_consistent, survivor

CATEGORIES = list(Preference)
CALLS = 2
"""Of the strong judge for one item, one in each order. The cheap judge's are not counted."""
CONSISTENT = 1.0
"""The confidence of a cheap verdict that survives the swap, and the cascade's threshold; of any other it is 0."""


@dataclass(frozen=True)
class JudgeFigures:
    judge: str
    accuracy: Estimate
    consistency: Estimate
    kappa: Estimate | None
    first_position: float | None
    length: LengthBias


@dataclass(frozen=True)
class StrategyFigures:
    strategy: str
    strong: Estimate
    majority: Estimate
    majority_by_order: Estimate
    weighted: Estimate
    weighted_by_order: Estimate
    strong_consistency: Estimate
    weak_consistency: Estimate
    """Both over all pairs: consistency needs no label, so nothing tells subsets apart."""
    judges: tuple[JudgeFigures, ...]
    cheap: str | None
    """The least accurate judge, the strong one apart, whose interval lies above a coin. None: there is none."""
    cascade: CascadeResult | None


def figures_of(recordings: Recordings, strategy: str) -> StrategyFigures:
    """Raises UnusableData."""
    pairs = recordings.adversarial
    verdicts = recordings.verdicts(strategy, pairs)
    everywhere = recordings.verdicts(strategy, recordings.pairs)
    plain, learned = plain_weights(verdicts, pairs), learned_weights(verdicts, pairs)
    judges = tuple(_judge(judge, orders, pairs) for judge, orders in verdicts.items())
    cheap = _cheap(judges)
    return StrategyFigures(
        strategy=strategy,
        strong=next(each.accuracy for each in judges if each.judge == STRONG),
        majority=there(jury_of_both_orders(verdicts, pairs, plain)),
        majority_by_order=there(jury_of_each_order(verdicts, pairs, plain)),
        weighted=there(jury_of_both_orders(verdicts, pairs, learned)),
        weighted_by_order=there(jury_of_each_order(verdicts, pairs, learned)),
        strong_consistency=there(position_consistency(everywhere[STRONG])),
        weak_consistency=there(position_consistency(everywhere[WEAK])),
        judges=judges,
        cheap=cheap,
        cascade=None if cheap is None else _cascade(verdicts, cheap, pairs),
    )


def there(found: Estimate | None) -> Estimate:
    """Raises UnusableData."""
    if found is None:
        raise UnusableData("the recordings hold too few verdicts for any figure: take those of all pairs")
    return found


def longest_is_right(pairs: Sequence[Pair]) -> Estimate:
    """The baseline of whoever takes the longer answer."""
    longer = longer_wins(*_lengths(pairs))
    return there(mean_share([credit(each, pair.human_preference) for each, pair in zip(longer, pairs, strict=True)]))


def first_is_right(pairs: Sequence[Pair]) -> Estimate:
    """The baseline of whoever takes what stands first."""
    return there(accuracy_over_orders(always_first(len(pairs)), [pair.human_preference for pair in pairs]))


def _judge(judge: str, orders: Sequence[Orders], pairs: Sequence[Pair]) -> JudgeFigures:
    human = [pair.human_preference for pair in pairs]
    survived = [survivor(both) for both in orders]
    matrix = confusion_matrix(
        [None if each is None else CATEGORIES.index(each) for each in survived],
        [CATEGORIES.index(label) for label in human],
        categories=len(CATEGORIES),
    )
    return JudgeFigures(
        judge=judge,
        accuracy=there(accuracy_over_orders(orders, human)),
        consistency=there(position_consistency(orders)),
        kappa=kappa_estimate(matrix),
        first_position=first_position_preference(orders),
        length=length_bias(survived, human, *_lengths(pairs)),
    )


def _cheap(judges: Sequence[JudgeFigures]) -> str | None:
    sensible = [each for each in judges if each.judge != STRONG and each.accuracy.low > COIN]
    return min(sensible, key=lambda each: each.accuracy.value).judge if sensible else None


def _cascade(verdicts: Verdicts, cheap: str, pairs: Sequence[Pair]) -> CascadeResult:
    """Whatever does not survive the swap is passed on: from the cheap judge to the strong one, from it to a human."""
    items = [
        RecordedItem(
            cheap=survivor(cheaply),
            cheap_confidence=CONSISTENT if is_consistent(cheaply) else 0.0,
            strong=survivor(strongly) if is_consistent(strongly) else None,
            cheap_cost=0,
            strong_cost=CALLS,
            human=pair.human_preference,
        )
        for cheaply, strongly, pair in zip(verdicts[cheap], verdicts[STRONG], pairs, strict=True)
    ]
    return cascade(items, threshold=CONSISTENT)


def _lengths(pairs: Sequence[Pair]) -> tuple[list[int], list[int]]:
    return [len(pair.output_a) for pair in pairs], [len(pair.output_b) for pair in pairs]
