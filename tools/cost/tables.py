"""The two tables of `make cost`: what the design saves beside what it claims, and the bill by stack."""

from collections.abc import Sequence
from decimal import Decimal

from rich.table import Table
from rich.text import Text

from tools.cost.bill import Bill
from tools.cost.line import dollars
from tools.cost.saving import Saving

GAP = 2
VERDICTS = {"as claimed": "green", "more": "green", "less": "yellow", "costs more": "red"}


def savings_table(savings: Sequence[Saving]) -> Table:
    table = _table("What the design saves")
    table.add_column("feature", no_wrap=True)
    table.add_column("instead of", no_wrap=True)
    table.add_column("a month", justify="right", no_wrap=True)
    table.add_column("saved", justify="right", no_wrap=True)
    table.add_column("diagram", no_wrap=True)
    table.add_column("computed", no_wrap=True)
    for saving in savings:
        table.add_row(
            saving.feature,
            saving.instead_of,
            Text(dollars(saving.usd), style="red" if saving.usd < 0 else ""),
            percent(saving.share),
            saving.claim.text,
            Text(saving.verdict, style=VERDICTS[saving.verdict]),
        )
    return table


def bill_table(bill: Bill) -> Table:
    table = _table("What a month costs")
    table.add_column("what", no_wrap=True)
    table.add_column("how many")
    table.add_column("price", no_wrap=True)
    table.add_column("a month", justify="right", no_wrap=True)
    for stack in bill.stacks:
        table.add_row(Text(stack.name, style="bold"), "", "", Text(dollars(stack.usd), style="bold"))
        for line in stack.lines:
            table.add_row(f"  {line.what}", line.how_many, str(line.price), dollars(line.usd))
    table.add_row(Text("Total", style="bold"), "", "", Text(dollars(bill.usd), style="bold"))
    return table


def percent(share: Decimal | None) -> str:
    return "none" if share is None else f"{share:.0%}"


def _table(title: str) -> Table:
    return Table(
        title=title,
        title_justify="left",
        title_style="bold",
        box=None,
        header_style="bold",
        pad_edge=False,
        padding=(0, GAP, 0, 0),
    )
