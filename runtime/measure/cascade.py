"""A cheap judge first, a strong one where the cheap one is unsure: what that saves and what it costs in accuracy."""

from collections.abc import Sequence
from dataclasses import dataclass

from runtime.measure.estimate import mean_of
from runtime.measure.pairwise import Verdict, credit


@dataclass(frozen=True)
class RecordedItem:
    """What both judges said of one labelled item."""

    cheap: Verdict | None
    cheap_confidence: float
    strong: Verdict | None
    cheap_cost: float
    strong_cost: float
    """Both in one unit: dollars, calls."""
    human: Verdict


@dataclass(frozen=True)
class CascadeResult:
    threshold: float
    accuracy: float | None
    """Over the items that it decides, by `credit`. None where it decides none."""
    strong_accuracy: float | None
    """Of the strong judge alone, over the items that it decides."""
    escalated: float
    """The share of all items that the strong judge saw."""
    left_to_human: float
    """The share of all items that ends without a verdict."""
    saved: float | None
    """The share of what the strong judge alone would have cost; below 0 it costs more. None where that is nothing."""

    @property
    def accuracy_lost(self) -> float | None:
        if self.accuracy is None or self.strong_accuracy is None:
            return None
        return self.strong_accuracy - self.accuracy


def cascade(items: Sequence[RecordedItem], *, threshold: float) -> CascadeResult:
    """The cheap verdict stands where its confidence is at least `threshold`; without one the item is escalated.

    An escalated item pays for both judges, and is left to a human where the strong one has no verdict either.
    Raises ValueError without items.
    """
    if not items:
        raise ValueError("a cascade needs items")
    escalated = [item.cheap is None or item.cheap_confidence < threshold for item in items]
    decided = [item.strong if up else item.cheap for item, up in zip(items, escalated, strict=True)]
    human = [item.human for item in items]
    alone = sum(item.strong_cost for item in items)
    spent = sum(item.cheap_cost + item.strong_cost * up for item, up in zip(items, escalated, strict=True))
    return CascadeResult(
        threshold=threshold,
        accuracy=_accuracy(decided, human),
        strong_accuracy=_accuracy([item.strong for item in items], human),
        escalated=sum(escalated) / len(items),
        left_to_human=decided.count(None) / len(items),
        saved=1 - spent / alone if alone else None,
    )


def _accuracy(verdicts: Sequence[Verdict | None], human: Sequence[Verdict]) -> float | None:
    return mean_of(
        [None if verdict is None else credit(verdict, label) for verdict, label in zip(verdicts, human, strict=True)]
    )
