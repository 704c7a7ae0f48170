"""Which fold each item is in: what is measured on one is fitted on the others."""

from collections.abc import Hashable, Sequence

import numpy as np


def stratified_folds(strata: Sequence[Hashable], *, folds: int, seed: int = 0) -> list[int]:
    """A fold number (0 to folds - 1) for each item; each stratum is spread evenly over the folds, at random."""
    rng = np.random.default_rng(seed)
    assigned = [0] * len(strata)
    next_fold = 0
    for stratum in dict.fromkeys(strata):
        members = [number for number, each in enumerate(strata) if each == stratum]
        for member in rng.permutation(members):
            assigned[member] = next_fold % folds
            next_fold += 1
    return assigned
