"""Answers by themselves: humans pass or fail them, or give them a score."""

from collections.abc import Sequence
from math import floor

from runtime.contracts.judged import Labelled
from runtime.measure.binary import confusion
from runtime.measure.choose_threshold import FALLBACK, choose_threshold
from runtime.measure.rated import Rated, commonest, constant, hits, lengths_of, scores_of, spearman

LABELS = ("failed", "passed")
PASSED = LABELS.index("passed")
STEPS = 5
"""Of a scale, from 0 to 1: a score says the nearest one."""


def rated_passes(items: Sequence[Labelled], *, pass_score: float | None) -> Rated:
    """Without a `pass_score` the best one is chosen, and the verdicts are by one chosen on other items than theirs.

    By the one chosen on all of them random scores too would agree with the labels.
    """
    scores, human = scores_of(items), [bool(item.label.passed) for item in items]
    chosen = choose_threshold(scores, human) if pass_score is None else None
    cut = pass_score if pass_score is not None else chosen.threshold if chosen else FALLBACK
    judge = list(chosen.held_out) if chosen else [score >= cut for score in scores]
    counts = confusion(judge, human)
    said = list(map(int, human))
    baselines = [constant("always pass", PASSED, said)]
    if commonest(said) != PASSED:
        baselines.append(constant("always the commonest", commonest(said), said))
    return Rated(
        labels=LABELS,
        weights="none",
        human=said,
        judge=list(map(int, judge)),
        earned=hits(judge, human),
        gaps=[abs(score - cut) for score in scores],
        baselines=baselines,
        figures={
            "pass_score": cut,
            "pass_score_fitted": chosen is not None,
            "fold_pass_scores": chosen.fold_thresholds if chosen else (),
            "sensitivity": counts.sensitivity,
            "specificity": counts.specificity,
            "youden_j": counts.youden_j,
            "length_correlation": spearman(scores, lengths_of(items)),
        },
    )


def rated_scale(items: Sequence[Labelled]) -> Rated:
    scores, given = scores_of(items), [item.label.score or 0.0 for item in items]
    human, judge = list(map(_step, given)), list(map(_step, scores))
    return Rated(
        labels=tuple(f"{step / (STEPS - 1):g}" for step in range(STEPS)),
        weights="quadratic",
        human=human,
        judge=judge,
        earned=hits(judge, human),
        gaps=[abs(one - other) for one, other in zip(scores, given, strict=True)],
        baselines=[constant("always the commonest", commonest(human), human)],
        figures={
            "rank_correlation": spearman(scores, given),
            "length_correlation": spearman(scores, lengths_of(items)),
        },
    )


def _step(score: float) -> int:
    return floor(score * (STEPS - 1) + 0.5)
