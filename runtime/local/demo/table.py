"""Step 4 of the demo: the table, one row a line of the files."""

from collections import Counter
from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from runtime.api_client.result import Ending, Result

CELLS = 8
MOST_ROWS = 200
FIXED_WIDTH = 62
"""Of all columns but the criteria, with a readable item."""
GAP = 2
GOOD, FAIR = 0.7, 0.4
STYLES = {Ending.JUDGED: "green", Ending.WITHHELD: "yellow"}


def results_table(results: Sequence[Result], *, width: int) -> Table:
    """The criteria that most rows have, as many as fit beside each other; the results file has them all."""
    shown = results[:MOST_ROWS]
    criteria = _criteria(shown, width)
    known = any(result.item.expected for result in shown)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0))
    table.add_column("item")
    table.add_column("score", no_wrap=True)
    for name in criteria:
        table.add_column(name, justify="right", no_wrap=True)
    if known:
        table.add_column("known", no_wrap=True)
    table.add_column("outcome", no_wrap=True)
    table.add_column("time", justify="right", no_wrap=True)
    for result in shown:
        table.add_row(*_row(result, criteria, known=known))
    return table


def _criteria(results: Sequence[Result], width: int) -> list[str]:
    chosen: list[str] = []
    room = width - FIXED_WIDTH
    for name, _ in Counter(name for result in results for name in result.criteria).most_common():
        room -= max(len(name), 4) + GAP
        if room < 0:
            break
        chosen.append(name)
    return chosen


def _row(result: Result, criteria: Sequence[str], *, known: bool) -> list[Text]:
    seconds = result.seconds
    return [
        # Not the column but its text is kept on one line: so this is the column that gives way.
        Text(result.item.name, no_wrap=True, overflow="ellipsis"),
        _score(result),
        *(_number(result.criteria.get(name)) for name in criteria),
        *([Text(result.item.expected or "")] if known else []),
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
