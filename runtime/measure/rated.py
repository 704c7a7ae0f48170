"""Both sides of a calibration in one scale of categories: what humans said, and what the judge's score amounts to."""

import warnings
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any, Literal

from scipy.stats import ConstantInputWarning, spearmanr

from runtime.contracts.judged import Labelled

BaselineName = Literal["longer wins", "always first", "always pass", "always the commonest"]


@dataclass(frozen=True)
class RatedBaseline:
    name: BaselineName
    judge: list[int]
    earned: list[float]


@dataclass(frozen=True)
class Rated:
    """Of the scored items, in their order; a category is a place in `labels`."""

    labels: tuple[str, ...]
    weights: Literal["none", "quadratic"]
    human: list[int]
    judge: list[int]
    earned: list[float]
    """How right each verdict is, 0-1."""
    gaps: list[float]
    """How clear a disagreement is, 0-1."""
    baselines: list[RatedBaseline]
    figures: dict[str, Any] = field(default_factory=dict)
    """Of the card, that only this kind of label gives."""


def hits(judge: Sequence[int], human: Sequence[int]) -> list[float]:
    return [float(one == other) for one, other in zip(judge, human, strict=True)]


def constant(name: BaselineName, category: int, human: Sequence[int]) -> RatedBaseline:
    judge = [category] * len(human)
    return RatedBaseline(name, judge, hits(judge, human))


def commonest(human: Sequence[int]) -> int:
    """The category that humans gave most often."""
    return Counter(human).most_common(1)[0][0]


def scores_of(items: Sequence[Labelled]) -> list[float]:
    return [item.judged.verdict.score for item in items if item.judged.verdict]


def lengths_of(items: Sequence[Labelled]) -> list[int]:
    return [item.judged.output_length or 0 for item in items]


def spearman(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Rank correlation (Spearman 1904). None where one side never changes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantInputWarning)
        rho = float(spearmanr(one, other).statistic)
    return None if isnan(rho) else rho
