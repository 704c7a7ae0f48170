"""Wilson's interval of a share, and means over what is there. `LEVEL` is every interval's, unless said otherwise."""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

from runtime.contracts.calibration import Estimate

LEVEL = 0.95


def normal_quantile(level: float) -> float:
    """How many standard errors a two-sided interval at `level` (0-1) reaches on each side."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(successes: float, trials: int, *, level: float = LEVEL) -> Estimate | None:
    """A share with its score interval (Wilson 1927), which stays within 0-1 and is sound for few trials.

    `successes` need not be whole: a tie is half a win. The interval is then wider than it need be, never narrower,
    because a half varies less than a coin. None without trials.
    """
    if not trials:
        return None
    z2 = normal_quantile(level) ** 2
    share = successes / trials
    centre = (successes + z2 / 2) / (trials + z2)
    reach = sqrt(z2 * (trials * share * (1 - share) + z2 / 4)) / (trials + z2)
    return Estimate(value=share, low=min(max(centre - reach, 0.0), share), high=max(min(centre + reach, 1.0), share))


def mean_of(parts: Sequence[float | None]) -> float | None:
    """Over those that are there; None without any."""
    there = [part for part in parts if part is not None]
    return sum(there) / len(there) if there else None


def mean_share(parts: Sequence[float | None], *, level: float = LEVEL) -> Estimate | None:
    """Wilson's interval of the mean of values 0-1, over those that are there."""
    there = [part for part in parts if part is not None]
    return wilson(sum(there), len(there), level=level)
