"""Is what is judged now still what the judge was calibrated on?"""

from collections.abc import Sequence
from dataclasses import dataclass
from warnings import catch_warnings, simplefilter

from scipy.stats import ks_2samp

SIGNIFICANT = 0.01
"""A p-value below it is hardly chance."""
NOTABLE = 0.1
"""A distance below it is too small to matter, however many items make it significant."""


@dataclass(frozen=True)
class Drift:
    distance: float
    """The largest gap between the two cumulative distributions, 0-1."""
    p_value: float

    @property
    def has_drifted(self) -> bool:
        return self.p_value < SIGNIFICANT and self.distance >= NOTABLE


def drift(calibration: Sequence[float | None], now: Sequence[float | None]) -> Drift | None:
    """Two-sample Kolmogorov-Smirnov of one number per item (Smirnov 1939). None where one side has no number."""
    before = [value for value in calibration if value is not None]
    after = [value for value in now if value is not None]
    if not before or not after:
        return None
    with catch_warnings():
        # Where the gap is one item's the exact p-value may round to just above 1: scipy says so and takes another.
        simplefilter("ignore", RuntimeWarning)
        found = ks_2samp(before, after)
    return Drift(distance=float(found.statistic), p_value=float(found.pvalue))
