"""Two runs over the same items: has anything changed beyond chance?"""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binomtest

from runtime.contracts.calibration import Estimate
from runtime.measure.mean import RESAMPLES, mean_estimate


@dataclass(frozen=True)
class McNemar:
    only_one: int
    """Items that only the first run passes."""
    only_other: int
    p_value: float
    """Two-sided and exact: how likely so uneven a split is where the runs are equally good."""


def mean_difference(
    one: Sequence[float | None], other: Sequence[float | None], *, n_resamples: int = RESAMPLES
) -> Estimate | None:
    """The mean of other - one, both 0-1, with its interval over items.

    Of pairs, so that what makes an item hard for both runs cancels out. An item that one run has not scored stays out
    of both. None with fewer than two in both. Raises ValueError where the runs are not of the same items.
    """
    pairs = zip(one, other, strict=True)
    apart = [right - left for left, right in pairs if left is not None and right is not None]
    return mean_estimate(apart, within=(-1, 1), n_resamples=n_resamples)


def mcnemar_exact(one: Sequence[bool | None], other: Sequence[bool | None]) -> McNemar:
    """Pass or fail of the same items (McNemar 1947, exact): only items on which the runs differ tell them apart.

    Raises ValueError where the runs are not of the same items.
    """
    pairs = list(zip(one, other, strict=True))
    only_one, only_other = pairs.count((True, False)), pairs.count((False, True))
    differing = only_one + only_other
    p_value = float(binomtest(only_one, differing, 0.5).pvalue) if differing else 1.0
    return McNemar(only_one=only_one, only_other=only_other, p_value=p_value)
