"""The score of a verdict, computed by code from its criteria: a pure function."""

from collections.abc import Sequence

from runtime.contracts.outcomes import CriterionScore


def weighted_mean(criteria: Sequence[CriterionScore]) -> float:
    """sum(weight * score) / sum(weight), in 0-1; the weights are positive, so the mean lies between its parts."""
    total = sum(criterion.weight for criterion in criteria)
    return min(1.0, max(0.0, sum(criterion.weight * criterion.score for criterion in criteria) / total))


def level_score(level: int, levels: int) -> float:
    """The score of step `level` (0-based) on a scale of `levels` steps: evenly spaced from 0 to 1.

    Raises ValueError where the step is not on the scale.
    """
    if not 0 <= level < levels:
        raise ValueError("the level is not on the criterion's scale")
    return level / (levels - 1)
