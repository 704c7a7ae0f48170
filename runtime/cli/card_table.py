"""A judge card in the terminal: what it agrees in with humans, beside what one gets without a judge."""

from rich.console import Group
from rich.table import Table
from rich.text import Text

from runtime.contracts.calibration import Calibration, JudgeCard
from runtime.contracts.card_words import coverage_words, figures, verdict

BAR = 20


def card_table(calibration: Calibration) -> Group:
    card, judge = calibration.card, calibration.judge
    served = ", ".join(judge.served_models) or "unknown"
    head = Text.assemble(
        (judge.requested_model, "bold"), f" (served: {served}), {judge.rubric}, {judge.mode}, on {calibration.name}"
    )
    return Group(
        head, Text(coverage_words(card)), Text(), _figures(card), Text(), _baselines(card), Text(verdict(card))
    )


def _figures(card: JudgeCard) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("figure")
    table.add_column("value [95 %]", no_wrap=True)
    table.add_column("", no_wrap=True)
    for name, value, share in figures(card):
        table.add_row(name, value, _bar(share.value) if share is not None else "")
    return table


def _baselines(card: JudgeCard) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 2, 0, 0))
    for column in ("beside", "accuracy", "kappa", ""):
        table.add_column(column, no_wrap=True)
    table.add_row("this judge", f"{card.accuracy.value:.2f}", f"{card.kappa.value:.2f}", _bar(card.accuracy.value))
    for baseline in card.baselines:
        row = (baseline.name, f"{baseline.accuracy:.2f}", f"{baseline.kappa:.2f}", _bar(baseline.accuracy))
        table.add_row(*row)
    return table


def _bar(share: float) -> Text:
    full = round(min(1.0, max(0.0, share)) * BAR)
    return Text.assemble(("█" * full, "cyan"), ("░" * (BAR - full), "dim"))
