"""From which score on an answer passes, chosen on labelled items."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from runtime.measure.folds import stratified_folds

FOLDS = 5
FEWEST = 2
"""Labels of each kind that cross-validation needs."""


@dataclass(frozen=True)
class ChosenThreshold:
    threshold: float
    """A score of at least this passes."""
    youden_j: float
    accuracy: float
    """On the very labels that chose the threshold, so both are too good."""
    cross_validated_accuracy: float | None
    """On labels that had no say in it: the honest figure. None with fewer than two labels of each kind."""


def choose_threshold(
    scores: Sequence[float | None], passes: Sequence[bool], *, seed: int = 0
) -> ChosenThreshold | None:
    """The cut between two neighbouring scores with the largest Youden's J (Youden 1950); of equal ones the middle one.

    `scores` and labels of the same items; one without a score stays out. It is fitted on the same labels that it is
    measured on: believe `cross_validated_accuracy`. None where all labels, or all scores, are the same.
    """
    scored = [(score, label) for score, label in zip(scores, passes, strict=True) if score is not None]
    values = np.array([score for score, _ in scored], dtype=np.float64)
    labels = np.array([label for _, label in scored], dtype=np.bool_)
    best = _best_cut(values, labels)
    if best is None:
        return None
    threshold, youden_j = best
    return ChosenThreshold(
        threshold=threshold,
        youden_j=youden_j,
        accuracy=float(np.mean((values >= threshold) == labels)),
        cross_validated_accuracy=_cross_validated(values, labels, seed),
    )


def _best_cut(values: NDArray[np.float64], labels: NDArray[np.bool_]) -> tuple[float, float] | None:
    cuts = [(low + high) / 2 for low, high in pairwise(np.unique(values).tolist())]
    if not cuts or labels.all() or not labels.any():
        return None
    above = values[None, :] >= np.array(cuts)[:, None]
    j = above[:, labels].mean(axis=1) - above[:, ~labels].mean(axis=1)
    tied = np.flatnonzero(np.isclose(j, j.max(), rtol=0, atol=1e-12))
    chosen = tied[(len(tied) - 1) // 2]
    return float(cuts[chosen]), float(j[chosen])


def _cross_validated(values: NDArray[np.float64], labels: NDArray[np.bool_], seed: int) -> float | None:
    folds = min(FOLDS, int(labels.sum()), int((~labels).sum()))
    if folds < FEWEST:
        return None
    fold = np.array(stratified_folds(labels.tolist(), folds=folds, seed=seed))
    right = 0
    for held_out in range(folds):
        rest, held = fold != held_out, fold == held_out
        best = _best_cut(values[rest], labels[rest])
        if best is None:
            return None
        right += int(((values[held] >= best[0]) == labels[held]).sum())
    return right / len(labels)
