"""What must be said beside the tables: exceeded budgets, surcharges, what is left out, how old the prices are."""

from collections.abc import Sequence

from rich.text import Text

from tools.cost.bill import LEFT_OUT, Bill
from tools.cost.case import Case
from tools.cost.line import dollars
from tools.cost.prices import FRESH_FOR
from tools.cost.saving import Saving

WARNING = "yellow"


def saving_remarks(savings: Sequence[Saving]) -> list[Text]:
    return [Text(f"{saving.feature}: {saving.note}", style="dim") for saving in savings]


def bill_remarks(bill: Bill) -> list[Text]:
    budgets = ", ".join(f"${budget}" for budget in bill.budgets_usd)
    exceeded = ", ".join(f"${budget}" for budget in bill.exceeded_usd)
    return [
        Text(f"Budgets at {budgets}: {dollars(bill.usd)} exceeds {exceeded}", style=WARNING)
        if exceeded
        else Text(f"Budgets at {budgets}: none is exceeded"),
        *(Text(str(standing), style=WARNING) for standing in bill.surcharged),
        Text(f"Left out: {'; '.join(LEFT_OUT)}", style="dim"),
    ]


def price_remarks(case: Case) -> list[Text]:
    usage, prices = case.usage, case.prices
    said = [
        Text(
            f"Assumed: {usage.evaluations:,} evaluations a month, {usage.evaluation_kb} KB each and {usage.log_kb} KB "
            f"of logs; {usage.platform_log_gb} GB of other logs, as few pods as there may be "
            "(tools/cost/usage.py has the rest)",
            style="dim",
        ),
        Text(
            f"Prices: {prices.region}, {prices.as_of}; {prices.from_memory} of {len(prices.prices)} are from memory, "
            "the others were read on a dated page (tools/cost/prices.json says which)",
            style="dim",
        ),
    ]
    if prices.outdated(on=case.on):
        old = (case.on - prices.as_of).days
        said.append(
            Text(
                f"The prices are {old} days old, more than {FRESH_FOR.days}: compare them with AWS's pages",
                style=WARNING,
            )
        )
    return said
