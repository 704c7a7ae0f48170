"""A judge card as one page that needs nothing else: no script, no font, no picture from anywhere."""

from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from runtime.contracts.calibration import Calibration, ConfusionMatrix, Estimate
from runtime.contracts.card_words import coverage_words, figures, verdict

_PAGES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "pages"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
EXPLAINED = {
    "Cohen's kappa": "Agreement with humans beyond chance: 0 is chance, 1 is perfect (Cohen 1960; with weights 1968).",
    "accuracy": "How often judge and humans say the same; of pairs, a tie where the other side decided counts half.",
    "coverage": "The share of items that have a score at all. A failed judge is no zero: it is left out and counted.",
    "sensitivity": "Of the answers that humans pass, how many the judge passes.",
    "specificity": "Of the answers that humans fail, how many the judge fails.",
    "Youden's J": "Sensitivity + specificity - 1: 0 is chance (Youden 1950).",
    "a pass from score": "From this score on an answer counts as passed.",
    "Spearman's rho with humans": "Whether the judge puts answers into the order in which humans put them.",
    "order consistency": "How many verdicts survive that the two answers swap places.",
    "first one preferred": "0.5 is impartial; more means that the place decides.",
    "longer one preferred": "How often the longer of two answers is preferred.",
    "... by humans": "The same, by the human labels: a judge well above it measures length.",
    "rho with the length": "How far the score goes with the answer's length.",
    "cost": "By the deployment's price list.",
}


@dataclass(frozen=True)
class Figure:
    name: str
    value: str
    explained: str
    share: Estimate | None
    """Drawn on a line from `low_end` to 1."""
    low_end: float = 0

    def place(self, value: float) -> float:
        """In percent of the line."""
        return round(100 * (min(1.0, max(self.low_end, value)) - self.low_end) / (1 - self.low_end), 1)


def render(calibration: Calibration) -> str:
    card = calibration.card
    return _PAGES.get_template("card.html").render(
        calibration=calibration,
        card=card,
        verdict=verdict(card),
        coverage=coverage_words(card),
        figures=[_figure(*row) for row in figures(card)],
        matrix=_shaded(card.confusion),
    )


def _figure(name: str, value: str, share: Estimate | None) -> Figure:
    is_kappa = name.startswith("Cohen's kappa")
    return Figure(name, value, EXPLAINED[name.partition(",")[0] if is_kappa else name], share, -1 if is_kappa else 0)


def _shaded(matrix: ConfusionMatrix) -> list[tuple[str, list[tuple[int, float]]]]:
    """Each row with its label: counts, and each count's share of its row."""
    return [
        (label, [(count, count / (sum(counts) or 1)) for count in counts])
        for label, counts in zip(matrix.labels, matrix.counts, strict=True)
    ]
