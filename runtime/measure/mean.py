"""The mean of a run's scores, and how sure it is."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import bootstrap

from runtime.contracts.calibration import Estimate
from runtime.measure.estimate import LEVEL

RESAMPLES = 2000
FEWEST = 2
NUMBERS_AT_ONCE = 2_000_000
"""Drawn in one step of a bootstrap: 16 MB a sample, however many items there are."""


def batch(items: int) -> int:
    """How many resamples of so many items are drawn in one step."""
    return max(1, NUMBERS_AT_ONCE // items)


def mean_estimate(values: Sequence[float | None], *, level: float = LEVEL, seed: int = 0) -> Estimate | None:
    """With its bootstrap percentile interval (Efron 1979), over the values that are there. None with fewer than two."""
    there = np.array([value for value in values if value is not None], dtype=np.float64)
    if len(there) < FEWEST:
        return None
    drawn = bootstrap(
        (there,),
        np.mean,
        vectorized=True,
        method="percentile",
        confidence_level=level,
        n_resamples=RESAMPLES,
        batch=batch(len(there)),
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return Estimate(value=float(there.mean()), low=float(drawn.low), high=float(drawn.high))
