"""The figures that are known of the whole of LLMBar's adversarial pairs; here is only a part of them."""

from collections.abc import Callable
from dataclasses import dataclass

from runtime.contracts.calibration import Estimate
from tools.replay.figures import StrategyFigures
from tools.replay.recordings import STRONG, WEAK


@dataclass(frozen=True)
class Known:
    name: str
    share: float
    ours: Callable[[StrategyFigures], Estimate]


KNOWN = (
    Known(f"{STRONG} alone is right", 0.834, lambda figures: figures.strong),
    Known("plain majority is right", 0.596, lambda figures: figures.majority),
    Known("weighted jury is right", 0.84, lambda figures: figures.weighted),
    Known(f"{STRONG} is order-consistent", 0.92, lambda figures: figures.strong_consistency),
    Known(f"{WEAK} is order-consistent", 0.38, lambda figures: figures.weak_consistency),
)


def difference(figures: StrategyFigures) -> float:
    """The mean absolute difference to the known figures."""
    return sum(abs(known.ours(figures).value - known.share) for known in KNOWN) / len(KNOWN)
