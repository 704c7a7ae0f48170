"""Step 4 of the demo: the table, one row a line of the files."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from runtime.local.demo.result import Ending, Result

CELLS = 10
MOST_CRITERIA = 4
"""More than that do not fit beside each other."""
MOST_ROWS = 200
GOOD, FAIR = 0.7, 0.4
STYLES = {Ending.JUDGED: "green", Ending.WITHHELD: "yellow"}


def results_table(results: Sequence[Result]) -> Table:
    shown = results[:MOST_ROWS]
    names = list(dict.fromkeys(name for result in shown for name in result.criteria))[:MOST_CRITERIA]
    expected = any(result.item.expected for result in shown)
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("item", no_wrap=True, max_width=40, overflow="ellipsis")
    table.add_column("score", no_wrap=True)
    for name in names:
        table.add_column(name, justify="right", no_wrap=True)
    if expected:
        table.add_column("expected", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    for result in shown:
        table.add_row(*_row(result, names, expected=expected))
    return table


def _row(result: Result, names: Sequence[str], *, expected: bool) -> list[Text]:
    seconds = result.seconds
    return [
        Text(result.item.name),
        _score(result),
        *(_number(result.criteria.get(name)) for name in names),
        *([Text(result.item.expected or "")] if expected else []),
        Text(result.outcome, style=STYLES.get(result.ending, "red")),
        Text(f"{seconds:.1f} s" if seconds is not None else ""),
    ]


def _score(result: Result) -> Text:
    """A bar and a number; nothing where there is no score: a failed judge is no zero."""
    if result.score is None:
        return Text("")
    full = round(result.score * CELLS)
    style = "green" if result.score >= GOOD else "yellow" if result.score >= FAIR else "red"
    mark = "*" if result.self_judged else ""
    return Text.assemble(("█" * full, style), ("░" * (CELLS - full), "dim"), f" {result.score:.2f}{mark}")


def _number(value: float | None) -> Text:
    return Text(f"{value:.2f}" if value is not None else "")
