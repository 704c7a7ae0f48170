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
FALLBACK = 0.5
"""Where all scores, or all labels, are alike, and no cut tells passes from failures."""


@dataclass(frozen=True)
class ChosenThreshold:
    threshold: float
    """A score of at least this passes."""
    youden_j: float
    """On the very labels that chose the threshold, so it is too good."""
    fold_thresholds: tuple[float, ...]
    """Those that were chosen on all folds but one, for each fold."""
    held_out: tuple[bool, ...]
    """Whether each item passes by a threshold that was chosen on other items: what the labels may be held against."""


def choose_threshold(scores: Sequence[float], passes: Sequence[bool], *, seed: int = 0) -> ChosenThreshold | None:
    """The cut between two neighbouring scores with the largest Youden's J (Youden 1950); of equal ones the middle one.

    `scores` and labels of the same items. None where all scores are the same, or where fewer than two labels of a kind
    leave nothing to measure the choice by: it is then no better founded than the fallback.
    """
    values = np.array(scores, dtype=np.float64)
    labels = np.array(passes, dtype=np.bool_)
    best = _best_cut(values, labels)
    folds = min(FOLDS, int(labels.sum()), int((~labels).sum()))
    if best is None or folds < FEWEST:
        return None
    threshold, youden_j = best
    fold = np.array(stratified_folds(labels.tolist(), folds=folds, seed=seed))
    others = [_best_cut(values[fold != number], labels[fold != number]) for number in range(folds)]
    cuts = np.array([found[0] if found else FALLBACK for found in others])
    return ChosenThreshold(
        threshold=threshold,
        youden_j=youden_j,
        fold_thresholds=tuple(cuts.tolist()),
        held_out=tuple((values >= cuts[fold]).tolist()),
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
