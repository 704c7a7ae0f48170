"""How far two or more raters agree beyond chance."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from runtime.contracts.calibration import Estimate
from runtime.measure.estimate import LEVEL, wilson
from runtime.measure.parts import known

Weights = Literal["none", "quadratic"]
"""What a disagreement counts: all alike, or by the square of its distance."""
Matrix = NDArray[np.int64]
RESAMPLES = 2000
PAIR = 2
ROUNDING = 1e-9


def confusion_matrix(one: Sequence[int | None], other: Sequence[int | None], *, categories: int) -> Matrix:
    """Counts, (categories, categories): rows what `one` said, columns what `other` said of the same item (0-based).

    An item that one of them has not rated stays out. Raises ValueError where the lengths differ, IndexError for a
    category outside of the matrix.
    """
    matrix = np.zeros((categories, categories), dtype=np.int64)
    for row, column in zip(one, other, strict=True):
        if row is not None and column is not None:
            if min(row, column) < 0:
                raise IndexError("a category is 0 or more")
            matrix[row, column] += 1
    return matrix


def cohen_kappa(matrix: Matrix, *, weights: Weights = "none") -> float | None:
    """1 - observed / expected disagreement, -1 to 1 (Cohen 1960; weighted: Cohen 1968).

    None where chance alone would agree always: nothing was rated, or both gave everything the same category.
    """
    kappa = float(_kappas(matrix.astype(np.float64), weights))
    return None if np.isnan(kappa) else kappa


def kappa_estimate(
    matrix: Matrix,
    *,
    weights: Weights = "none",
    level: float = LEVEL,
    n_resamples: int = RESAMPLES,
    seed: int = 0,
) -> Estimate | None:
    """Kappa with its bootstrap percentile interval over items (Efron 1979). None where kappa is.

    To draw items with replacement is to draw the matrix's cells from a multinomial, all resamples at once:
    (n_resamples, categories, categories). A resample without a kappa stays out. Where all have the same one, as where
    nobody ever disagreed, that is no certainty: the interval is then that of the observed agreement (Wilson 1927), put
    into kappa's definition, (observed - expected) / (1 - expected), in its place.
    """
    value = cohen_kappa(matrix, weights=weights)
    if value is None:
        return None
    items = int(matrix.sum())
    drawn = np.random.default_rng(seed).multinomial(items, matrix.ravel() / items, size=n_resamples)
    kappas = _kappas(drawn.reshape(-1, *matrix.shape).astype(np.float64), weights)
    low, high = np.nanquantile(kappas, [(1 - level) / 2, (1 + level) / 2])
    if high - low < ROUNDING:
        return _by_agreement(matrix.astype(np.float64), weights, value, level)
    return Estimate(value=value, low=float(low), high=float(high))


def krippendorff_alpha(ratings: Sequence[Sequence[float | None]]) -> float | None:
    """1 - observed / expected squared distance over any number of raters (Krippendorff 2004, interval), at most 1.

    `ratings`: (raters, items), None where a rater has not rated. None where no item has two ratings, or all that can
    be paired are one and the same value. Squared distances of all pairs are 2 n times the squares about the mean, so
    that no pair is ever formed: time and memory grow with the ratings alone.
    """
    data = np.array([[np.nan if rating is None else rating for rating in rater] for rater in ratings], dtype=np.float64)
    if data.ndim != PAIR:
        return None
    given = (~np.isnan(data)).sum(axis=0)
    units, given = data[:, given >= PAIR], given[given >= PAIR]
    pooled = units[~np.isnan(units)]
    if np.unique(pooled).size < PAIR:
        return None
    within = np.nansum((units - np.nansum(units, axis=0) / given) ** 2, axis=0)
    observed = (within * given / (given - 1)).sum() / pooled.size
    expected = ((pooled - pooled.mean()) ** 2).sum() / (pooled.size - 1)
    return float(1 - observed / expected)


def _by_agreement(matrix: NDArray[np.float64], weights: Weights, kappa: float, level: float) -> Estimate:
    cost = _cost(len(matrix), weights) / _cost(len(matrix), weights).max()
    items = matrix.sum()
    expected = 1 - float((cost * np.outer(matrix.sum(axis=1), matrix.sum(axis=0))).sum() / items**2)
    observed = known(wilson(float(((1 - cost) * matrix).sum()), int(items), level=level))
    low, high = ((share - expected) / (1 - expected) for share in (observed.low, observed.high))
    return Estimate(value=kappa, low=min(kappa, max(-1.0, low)), high=max(kappa, min(1.0, high)))


def _kappas(matrices: NDArray[np.float64], weights: Weights) -> NDArray[np.float64]:
    """(..., k, k) to (...); nan where the expected disagreement is none."""
    cost = _cost(matrices.shape[-1], weights)
    rows, columns = matrices.sum(axis=-1), matrices.sum(axis=-2)
    observed = (cost * matrices).sum(axis=(-1, -2)) * matrices.sum(axis=(-1, -2))
    expected = (cost * rows[..., :, None] * columns[..., None, :]).sum(axis=(-1, -2))
    ratio: NDArray[np.float64] = np.divide(observed, expected, out=np.full_like(expected, np.nan), where=expected > 0)
    return 1 - ratio


def _cost(categories: int, weights: Weights) -> NDArray[np.float64]:
    step = np.abs(np.subtract.outer(*[np.arange(categories)] * 2)).astype(np.float64)
    return {"none": np.sign(step), "quadratic": step**2}[weights]
