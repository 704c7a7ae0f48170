"""Several judges vote, each with the weight that its measured accuracy has earned.

For independent judges of two options the best decision adds up w = log(p / (1 - p)), p being how often a judge is right
(Nitzan & Paroush 1982). One excellent judge may so outvote four that are little better than a coin.
"""

import math
from collections.abc import Mapping

from pydantic import Field, model_validator

from config.base import Frozen
from runtime.contracts.two_orders import Preference

COIN = 0.5
EQUAL = 1e-9
"""Sums of weights that differ by less, relatively, are equal: only rounding tells them apart."""


class TrackRecord(Frozen):
    """How one judge did on labelled items, which must not be those that it is to vote on."""

    right: float = Field(ge=0, allow_inf_nan=False)
    """A tie where the label has a winner counts half."""
    judged: int = Field(ge=0)
    """Items with a verdict: a judge that failed was neither right nor wrong."""

    @model_validator(mode="after")
    def _no_more_right_than_judged(self) -> "TrackRecord":
        if self.right > self.judged:
            raise ValueError("more right than judged")
        return self

    @property
    def smoothed_accuracy(self) -> float:
        """(right + 1) / (judged + 2), Laplace's rule: never 0 or 1, and a coin's for who has judged nothing."""
        return (self.right + 1) / (self.judged + 2)


def jury_weights(accuracies: Mapping[str, float], *, chance: float = COIN) -> dict[str, float]:
    """log(p / (1 - p)) for each member, less that of `chance`, the accuracy of blind guessing.

    Accuracies are measured ones, `TrackRecord.smoothed_accuracy`; they and chance are above 0 and below 1.
    A member at or below chance is left out. It is not turned round either: who is fooled here may be right elsewhere.
    No bound of its accuracy is asked for: with few labels that would drop good judges, and the smoothing already takes
    weight from who has shown little.
    """
    weights = {name: _log_odds(accuracy) - _log_odds(chance) for name, accuracy in accuracies.items()}
    return {name: weight for name, weight in weights.items() if weight > EQUAL}


def jury_decision(votes: Mapping[str, Preference | None], weights: Mapping[str, float]) -> Preference | None:
    """Whom the weights favour; None: nobody with a weight has voted, which is no tie.

    A vote of None abstains; one for a tie holds weight and adds it to neither side.
    `weights` are positive: `jury_weights`, or the same for all in a plain majority.
    """
    cast = {name: vote for name, vote in votes.items() if vote is not None and name in weights}
    if not cast:
        return None
    for_a, for_b = (
        math.fsum(weights[name] for name, vote in cast.items() if vote is side) for side in (Preference.A, Preference.B)
    )
    if math.isclose(for_a, for_b, rel_tol=EQUAL):
        return Preference.TIE
    return Preference.A if for_a > for_b else Preference.B


def _log_odds(probability: float) -> float:
    return math.log(probability / (1 - probability))
