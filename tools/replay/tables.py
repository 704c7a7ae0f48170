"""The replay's tables: by strategy, by judge, cascades, and prose."""

from collections import Counter
from collections.abc import Sequence

from rich.table import Table

from runtime.contracts.calibration import Estimate
from tools.replay.figures import StrategyFigures
from tools.replay.known import KNOWN, difference
from tools.replay.prose import ProseFigures
from tools.replay.recordings import STRONG, WEAK

GAP = 2
NONE = "-"


def known_table(figures: StrategyFigures) -> Table:
    table = _table(f"Ours beside what is known ({figures.strategy})", "figure", "ours", "95 %", "known", "difference")
    for known in KNOWN:
        ours = known.ours(figures)
        table.add_row(
            known.name, percent(ours.value), _interval(ours), percent(known.share), points(ours.value - known.share)
        )
    return table


def strategy_table(figures: Sequence[StrategyFigures]) -> Table:
    table = _table(
        "Each prompting strategy",
        "strategy",
        f"{STRONG} alone",
        "majority",
        "each order",
        "weighted",
        "each order",
        f"{STRONG} consistent",
        f"{WEAK} consistent",
        "off by",
    )
    for each in figures:
        right = (each.strong, each.majority, each.majority_by_order, each.weighted, each.weighted_by_order)
        adversarial = {judge.judge: percent(judge.consistency.value) for judge in each.judges}
        table.add_row(
            each.strategy,
            *(percent(share.value) for share in right),
            f"{percent(each.strong_consistency.value)} ({adversarial[STRONG]})",
            f"{percent(each.weak_consistency.value)} ({adversarial[WEAK]})",
            points(difference(each), sign=""),
        )
    return table


def judge_table(figures: StrategyFigures) -> Table:
    table = _table(
        f"Each judge ({figures.strategy})",
        "judge",
        "right",
        "95 %",
        "kappa",
        "95 %",
        "consistent",
        "takes first",
        "longer, wrongly",
        "shorter, wrongly",
    )
    for each in figures.judges:
        table.add_row(
            each.judge,
            percent(each.accuracy.value),
            _interval(each.accuracy),
            NONE if each.kappa is None else f"{each.kappa.value:.2f}",
            NONE if each.kappa is None else f"{each.kappa.low:.2f} to {each.kappa.high:.2f}",
            percent(each.consistency.value),
            percent(each.first_position),
            percent(each.length.longer_against_human),
            percent(each.length.shorter_against_human),
        )
    return table


def cascade_table(figures: Sequence[StrategyFigures]) -> Table:
    table = _table(
        f"A cheap judge first, {STRONG} where its two orders differ",
        "strategy",
        "cheap judge",
        "right",
        f"{STRONG} alone",
        "lost",
        "escalated",
        "to a human",
        f"{STRONG} calls saved",
    )
    for each in figures:
        found = each.cascade
        if found is None:
            table.add_row(each.strategy, "none beats a coin", *[NONE] * 6)
        else:
            table.add_row(
                each.strategy,
                each.cheap,
                percent(found.accuracy),
                percent(found.strong_accuracy),
                points(found.accuracy_lost, sign=""),
                percent(found.escalated),
                percent(found.left_to_human),
                percent(found.saved),
            )
    return table


def prose_table(figures: Sequence[ProseFigures]) -> Table:
    table = _table(
        "What the judges wrote, read again",
        "judge",
        "strategy",
        "texts",
        "verdict found",
        "as recorded",
        "right: recorded, read",
        "consistent: recorded, read",
    )
    for each in figures:
        table.add_row(
            each.judge,
            each.strategy,
            str(each.completions),
            percent(each.parsed / each.completions),
            percent(1 - len(each.disagreements) / each.completions),
            f"{percent(_value(each.recorded_accuracy))}, {percent(_value(each.read_accuracy))}",
            f"{percent(_value(each.recorded_consistency))}, {percent(_value(each.read_consistency))}",
        )
    return table


def disagreement_table(figures: Sequence[ProseFigures]) -> Table:
    found = [each for figure in figures for each in figure.disagreements]
    counted = Counter(each.explanation for each in found)
    said = "; ".join(f"{count} {explanation}" for explanation, count in counted.most_common()) or "none"
    table = _table(f"Read otherwise than recorded: {said}", "item", "judge", "order", "read", "recorded", "explanation")
    for each in found:
        table.add_row(each.item_id, each.judge, each.order, each.read or NONE, each.recorded or NONE, each.explanation)
    return table


def percent(share: float | None) -> str:
    return NONE if share is None else f"{share:.1%}"


def points(difference: float | None, *, sign: str = "+") -> str:
    """Percentage points."""
    return NONE if difference is None else f"{100 * difference:{sign}.1f}"


def _value(estimate: Estimate | None) -> float | None:
    return None if estimate is None else estimate.value


def _interval(estimate: Estimate) -> str:
    return f"{percent(estimate.low)} to {percent(estimate.high)}"


def _table(title: str, first: str, *others: str) -> Table:
    table = Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        header_style="bold",
        pad_edge=False,
        padding=(0, GAP, 0, 0),
    )
    table.add_column(first, no_wrap=True)
    for other in others:
        table.add_column(other)
    return table
