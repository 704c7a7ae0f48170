"""The score of a verdict, computed by code from its criteria: pure functions."""

from collections.abc import Sequence

from runtime.contracts.outcomes import CriterionScore
from runtime.contracts.rubric import Criterion, Rubric


def total(rubric: Rubric, criteria: Sequence[CriterionScore]) -> tuple[float, tuple[CriterionScore, ...]]:
    """The score in 0-1 and the criteria, those that failed as a gate marked; one criterion for each of the rubric's.

    A failed gate makes the total 0, whatever else was earned; otherwise it is the weighted mean.
    """
    marked = tuple(
        found.model_copy(update={"gate_failed": _gate_failed(asked, found)})
        for asked, found in zip(rubric.criteria, criteria, strict=True)
    )
    return 0.0 if any(found.gate_failed for found in marked) else weighted_mean(marked), marked


def _gate_failed(asked: Criterion, found: CriterionScore) -> bool:
    if asked.gate_level is None:
        return False
    if found.level is not None:
        return found.level < asked.gate_level
    # A probability chooses no step: it fails where it lies nearer to the step under the gate than to the gate.
    return found.score < (asked.gate_level - 0.5) / (len(asked.levels) - 1)


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


def by_probabilities(criterion: Criterion, probabilities: tuple[float, ...]) -> CriterionScore:
    """`probabilities`: of each level, from worst to best."""
    return CriterionScore(
        name=criterion.name, weight=criterion.weight, score=expected(probabilities), probabilities=probabilities
    )


def expected(probabilities: Sequence[float]) -> float:
    """The expectation of the level's score, in 0-1 (G-Eval, Liu et al. 2023)."""
    levels = len(probabilities)
    return min(1.0, sum(level_score(level, levels) * share for level, share in enumerate(probabilities)))


def confidence(criteria: Sequence[CriterionScore]) -> float:
    """The weighted mean of the likeliest level's probability: 1 is sure, 1 / levels knows nothing."""
    sure = sum(criterion.weight * max(criterion.probabilities or (0.0,)) for criterion in criteria)
    return min(1.0, sure / sum(criterion.weight for criterion in criteria))
