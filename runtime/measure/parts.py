"""What a card and a run's summary have in common."""

from collections.abc import Sequence
from functools import reduce
from math import fsum
from typing import TypeVar

from runtime.contracts.calibration import Estimate, Spending
from runtime.contracts.outcomes import add_usage

QUANTILES = 200
Number = TypeVar("Number", int, float)


def known(found: Estimate | None) -> Estimate:
    """A figure that is there whatever the data, because the caller looked."""
    assert found is not None  # noqa: S101 - for the types
    return found


def quantiles(values: Sequence[Number | None]) -> tuple[Number, ...]:
    """All that are there, in order; of more than 200 that many, evenly spaced, both ends included."""
    there = sorted(value for value in values if value is not None)
    if len(there) <= QUANTILES:
        return tuple(there)
    return tuple(there[round(place * (len(there) - 1) / (QUANTILES - 1))] for place in range(QUANTILES))


def spent(parts: Sequence[Spending]) -> Spending:
    """Of those that were counted; None without any. One that has no price leaves no cost: a part of it is no sum."""
    counted = [part for part in parts if part != Spending()]
    costs = [part.cost_usd for part in counted if part.cost_usd is not None]
    return Spending(
        usage=reduce(add_usage, (part.usage for part in counted), None),
        cost_usd=fsum(costs) if costs and len(costs) == len(counted) else None,
    )
