"""A mean of scores, or of their differences, and how sure it is."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.stats import bootstrap, t

from runtime.contracts.calibration import FEW_SCORED, Estimate
from runtime.measure.estimate import LEVEL, wilson
from runtime.measure.parts import known

RESAMPLES = 2000
FEWEST = 2
ALIKE = 1e-9
"""Values that differ by less differ by rounding alone."""
NUMBERS_AT_ONCE = 2_000_000
"""Drawn in one step of a bootstrap: 16 MB a sample, however many items there are."""


def batch(items: int) -> int:
    """How many resamples of so many items are drawn in one step."""
    return max(1, NUMBERS_AT_ONCE // items)


def mean_estimate(
    values: Sequence[float | None],
    *,
    within: tuple[float, float] = (0, 1),
    level: float = LEVEL,
    n_resamples: int = RESAMPLES,
    seed: int = 0,
) -> Estimate | None:
    """Of values that lie `within`, over those that are there. None with fewer than two.

    The interval is the bootstrap's percentile one (Efron 1979), and of few values, where that one is too narrow,
    Student's t (1908). Values that are all alike leave neither any width, however many there are: then it is Wilson's.
    """
    there = np.array([value for value in values if value is not None], dtype=np.float64)
    if len(there) < FEWEST:
        return None
    if np.ptp(there) < ALIKE:
        return _of_alike(there, within, level)
    if len(there) < FEW_SCORED:
        return _of_few(there, within, level)
    drawn = bootstrap(
        (there,),
        np.mean,
        vectorized=True,
        method="percentile",
        confidence_level=level,
        n_resamples=n_resamples,
        batch=batch(len(there)),
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Estimate(value=float(there.mean()), low=float(drawn.low), high=float(drawn.high))


def _of_alike(there: NDArray[np.float64], within: tuple[float, float], level: float) -> Estimate:
    """Which says little of the next one: Wilson's interval (1927), which holds for any values of such a mean."""
    mean, (lowest, highest) = float(there.mean()), within
    span = highest - lowest
    share = known(wilson((mean - lowest) / span * len(there), len(there), level=level))
    return Estimate(value=mean, low=lowest + span * share.low, high=lowest + span * share.high)


def _of_few(there: NDArray[np.float64], within: tuple[float, float], level: float) -> Estimate:
    mean, (lowest, highest) = float(there.mean()), within
    reach = float(t.ppf((1 + level) / 2, len(there) - 1) * there.std(ddof=1) / sqrt(len(there)))
    return Estimate(value=mean, low=max(lowest, mean - reach), high=min(highest, mean + reach))
