"""Two runs over the same items: has anything changed beyond chance?"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binomtest, bootstrap

from runtime.contracts.calibration import Estimate
from runtime.measure.estimate import LEVEL
from runtime.measure.mean import batch

RESAMPLES = 2000
FEWEST = 2


@dataclass(frozen=True)
class Coverage:
    """Items by which run has scored them. Only those in both are compared."""

    both: int
    only_one: int
    only_other: int
    neither: int


@dataclass(frozen=True)
class McNemar:
    only_one: int
    """Items that only the first run passes."""
    only_other: int
    p_value: float
    """Two-sided and exact: how likely so uneven a split is where the runs are equally good."""


def coverage(one: Sequence[object | None], other: Sequence[object | None]) -> Coverage:
    """Raises ValueError where the runs are not of the same items."""
    scored = [(left is not None, right is not None) for left, right in zip(one, other, strict=True)]
    return Coverage(
        both=scored.count((True, True)),
        only_one=scored.count((True, False)),
        only_other=scored.count((False, True)),
        neither=scored.count((False, False)),
    )


def mean_difference(
    one: Sequence[float | None],
    other: Sequence[float | None],
    *,
    level: float = LEVEL,
    n_resamples: int = RESAMPLES,
    seed: int = 0,
) -> Estimate | None:
    """The mean of other - one, with its paired bootstrap percentile interval (Efron 1979).

    Items are drawn, so that what makes an item hard for both runs cancels out. An item that one run has not scored
    stays out of both. None with fewer than two in both. Raises ValueError where the runs are not of the same items.
    """
    pairs = [(left, right) for left, right in zip(one, other, strict=True) if left is not None and right is not None]
    if len(pairs) < FEWEST:
        return None
    left, right = np.array(pairs, dtype=np.float64).T
    drawn = bootstrap(
        (left, right),
        lambda before, after, axis: np.mean(after - before, axis=axis),
        paired=True,
        vectorized=True,
        method="percentile",
        confidence_level=level,
        n_resamples=n_resamples,
        batch=batch(len(pairs)),
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Estimate(value=float(np.mean(right - left)), low=float(drawn.low), high=float(drawn.high))


def mcnemar_exact(one: Sequence[bool | None], other: Sequence[bool | None]) -> McNemar:
    """Pass or fail of the same items (McNemar 1947, exact): only items on which the runs differ tell them apart.

    Raises ValueError where the runs are not of the same items.
    """
    pairs = list(zip(one, other, strict=True))
    only_one, only_other = pairs.count((True, False)), pairs.count((False, True))
    differing = only_one + only_other
    p_value = float(binomtest(only_one, differing, 0.5).pvalue) if differing else 1.0
    return McNemar(only_one=only_one, only_other=only_other, p_value=p_value)
