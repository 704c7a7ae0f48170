"""Does the judge prefer what is longer, and who would win if it did not?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit

from runtime.contracts.two_orders import Preference
from runtime.measure.pairwise import credit, longer_wins

Floats = NDArray[np.float64]
_SIDE = {Preference.A: 1.0, Preference.TIE: 0.0, Preference.B: -1.0}


@dataclass(frozen=True)
class LengthBias:
    longer_against_human: float | None
    """How often the judge takes the longer answer where humans prefer the shorter one. None: there was no such item."""
    shorter_against_human: float | None
    """The opposite error. Where both are alike the judge errs, but not by length."""
    correlation: float | None
    """Pearson's, of the verdict (A 1, tie 0, B -1) with A's length less B's. None where either never changes."""


def length_bias(
    verdicts: Sequence[Preference | None],
    human: Sequence[Preference],
    lengths_a: Sequence[int],
    lengths_b: Sequence[int],
) -> LengthBias:
    """Of the same items in the same order, lengths in any one unit. Raises ValueError where they differ in number."""
    longer = longer_wins(lengths_a, lengths_b)
    there = [
        (verdict, label, more, float(a - b))
        for verdict, label, more, a, b in zip(verdicts, human, longer, lengths_a, lengths_b, strict=True)
        if verdict is not None
    ]
    decided = [(verdict, label, more) for verdict, label, more, _ in there if Preference.TIE not in (label, more)]
    return LengthBias(
        longer_against_human=_share([verdict is more for verdict, label, more in decided if label is not more]),
        shorter_against_human=_share(
            [verdict not in (more, Preference.TIE) for verdict, label, more in decided if label is more]
        ),
        correlation=_correlation(
            np.array([_SIDE[verdict] for verdict, _, _, _ in there]), np.array([by for _, _, _, by in there])
        ),
    )


def length_controlled_win_rate(
    verdicts: Sequence[Preference | None], lengths_a: Sequence[int], lengths_b: Sequence[int]
) -> float | None:
    """How often A would win were both answers equally long (AlpacaEval 2, Dubois et al. 2024).

    Logistic regression of a win on tanh((length A - length B) / their standard deviation), without a penalty; a tie is
    half a win. The rate is the curve's value at no difference. None where the data do not fix the curve: no verdicts,
    one side always wins, or length alone separates wins from losses.
    """
    there = [
        (credit(verdict, Preference.A), float(a - b))
        for verdict, a, b in zip(verdicts, lengths_a, lengths_b, strict=True)
        if verdict is not None
    ]
    wins = np.array([win for win, _ in there], dtype=np.float64)
    by = np.array([difference for _, difference in there], dtype=np.float64)
    if not by.any():
        return float(wins.mean()) if len(wins) else None
    spread = float(by.std())
    if spread == 0 or _separates(np.tanh(by / spread), wins):
        return None
    return float(expit(logistic_fit(np.tanh(by / spread), wins)[0]))


def logistic_fit(x: Floats, wins: Floats) -> tuple[float, float]:
    """Intercept and slope of greatest likelihood for wins (0-1, halves allowed) on x, both (items,)."""

    def loss(line: Floats) -> tuple[float, Floats]:
        at = line[0] + line[1] * x
        off = expit(at) - wins
        return float(np.mean(np.logaddexp(0, at) - wins * at)), np.array([off.mean(), (off * x).mean()])

    fitted = minimize(loss, np.zeros(2), jac=True, method="BFGS", options={"gtol": 1e-9})
    return float(fitted.x[0]), float(fitted.x[1])


def _separates(x: Floats, wins: Floats) -> bool:
    """A cut of x has all wins on one side and all losses on the other; a tie is on both."""
    won, lost = x[wins > 0], x[wins < 1]
    return not len(won) or not len(lost) or won.min() >= lost.max() or lost.min() >= won.max()


def _share(cases: list[bool]) -> float | None:
    return sum(cases) / len(cases) if cases else None


def _correlation(one: Floats, other: Floats) -> float | None:
    if not len(one) or not one.std() or not other.std():
        return None
    return float(np.corrcoef(one, other)[0, 1])
