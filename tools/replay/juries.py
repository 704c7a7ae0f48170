"""The judges' votes, counted plainly and by weight; no weight has seen the label of the item that it decides on."""

from collections.abc import Mapping, Sequence

from runtime.contracts.calibration import Estimate
from runtime.contracts.jury import TrackRecord, jury_decision, jury_weights
from runtime.contracts.two_orders import Preference, Shown, unswapped
from runtime.measure.estimate import mean_of, mean_share
from runtime.measure.folds import stratified_folds
from runtime.measure.pairwise import Orders, credit, credit_of_item
from tools.replay.recordings import Pair
from tools.replay.survivors import survivor

FOLDS = 10
SEED = 0
Verdicts = Mapping[str, Sequence[Orders]]
"""By judge, in the order of the pairs."""
Weights = Mapping[str, float]


def plain_weights(verdicts: Verdicts, pairs: Sequence[Pair]) -> list[Weights]:
    return [dict.fromkeys(verdicts, 1.0)] * len(pairs)


def learned_weights(verdicts: Verdicts, pairs: Sequence[Pair], *, seed: int = SEED) -> list[Weights]:
    """For each pair the weights that the labels of the other folds give."""
    fold = stratified_folds([pair.subset for pair in pairs], folds=FOLDS, seed=seed)
    earned = {
        judge: [credit_of_item(both, pair.human_preference) for both, pair in zip(orders, pairs, strict=True)]
        for judge, orders in verdicts.items()
    }
    by_fold = [
        jury_weights(
            {
                judge: _accuracy([share for share, of in zip(shares, fold, strict=True) if of != held_out])
                for judge, shares in earned.items()
            }
        )
        for held_out in range(FOLDS)
    ]
    return [by_fold[of] for of in fold]


def jury_of_both_orders(verdicts: Verdicts, pairs: Sequence[Pair], weights: Sequence[Weights]) -> Estimate | None:
    """Accuracy where each judge casts what survived the swap; a tie is half right."""
    decided = [
        jury_decision({judge: survivor(orders[number]) for judge, orders in verdicts.items()}, weights[number])
        for number in range(len(pairs))
    ]
    return mean_share(
        [_credit(preferred, pair.human_preference) for preferred, pair in zip(decided, pairs, strict=True)]
    )


def jury_of_each_order(verdicts: Verdicts, pairs: Sequence[Pair], weights: Sequence[Weights]) -> Estimate | None:
    """Accuracy where the judges vote twice, once in each order, and the credit of both votes is averaged."""
    return mean_share(
        [
            mean_of(
                [_credit(_vote(verdicts, number, weights[number], order), pair.human_preference) for order in (0, 1)]
            )
            for number, pair in enumerate(pairs)
        ]
    )


def _vote(verdicts: Verdicts, number: int, weights: Weights, order: int) -> Preference | None:
    said = {judge: orders[number][order] for judge, orders in verdicts.items()}
    return jury_decision({judge: _named(place, order) for judge, place in said.items()}, weights)


def _credit(verdict: Preference | None, human: Preference) -> float | None:
    return None if verdict is None else credit(verdict, human)


def _named(place: Shown | None, order: int) -> Preference | None:
    return None if place is None else unswapped(place, a_is_first=order == 0)


def _accuracy(shares: Sequence[float | None]) -> float:
    there = [share for share in shares if share is not None]
    return TrackRecord(right=sum(there), judged=len(there)).smoothed_accuracy
