"""`llm-judge run NAME` and `llm-judge compare NAME OTHER`: a run summed up, and two over the same items."""

from urllib.parse import quote

from rich.console import Console
from rich.table import Table

from runtime.api_client.gateway import GatewayClient
from runtime.contracts.calibration import FEW_SCORED, Estimate, RunComparison, RunSummary, Spending
from runtime.contracts.card_words import estimate


async def summarise(name: str, client: GatewayClient, console: Console) -> int:
    """Raises Refused or GatewayGone."""
    found = await client.get(f"/v1/runs/{quote(name, safe='')}", RunSummary)
    rate = found.pass_rate
    outcomes = ", ".join(f"{count} {outcome}" for outcome, count in found.outcomes.items() if count)
    rows: list[tuple[str, str]] = [("evaluations", f"{found.evaluations}, {found.open} open: {outcomes or 'none'}")]
    if found.coverage is not None:
        rows.append(("coverage", f"{found.coverage:.0%} of those that ended have a score"))
    rows.append(("mean score", _maybe(found.mean_score)))
    if rate is not None:
        rows += [("pass rate, measured", estimate(rate.measured)), ("pass rate, corrected", _maybe(rate.corrected))]
    if found.needs_human:
        rows.append(("needs a human", str(found.needs_human)))
    if found.jury_alpha is not None:
        rows.append(("Krippendorff's alpha of the jury", f"{found.jury_alpha:.2f}"))
    rows += [("candidate", _spent(found.candidate)), ("judge", _spent(found.judge))]
    _show(f"run {name}", rows, found.warnings, console)
    return 0


async def compare(name: str, other: str, client: GatewayClient, console: Console) -> int:
    """Raises Refused or GatewayGone."""
    path = f"/v1/runs/{quote(name, safe='')}/comparison"
    found = await client.get(path, RunComparison, **{"with": other})
    rows = [
        (
            "items with a score in both",
            f"{found.items} (only in {name}: {found.only_in_run}, only in {other}: {found.only_in_other})",
        ),
        ("mean difference", estimate(found.mean_difference)),
        ("won, lost, tied", f"{found.wins}, {found.losses}, {found.ties}"),
        ("win rate", estimate(found.win_rate)),
        ("win rate, length-controlled", _number(found.length_controlled_win_rate)),
        (f"passing from {found.pass_score:.2f}", f"{found.newly_passing} newly, {found.newly_failing} no longer"),
        ("McNemar, exact p", f"{found.mcnemar_p:.3f}"),
    ]
    _show(f"{name} against {other}", rows, (*found.warnings, _in_words(found)), console)
    return 0


def _in_words(found: RunComparison) -> str:
    if found.items < FEW_SCORED:
        return f"Too few items to say which is better: compare at least {FEW_SCORED}."
    if found.mean_difference.low > 0:
        return f"{found.run} is better: zero lies below the interval of the difference."
    if found.mean_difference.high < 0:
        return f"{found.other} is better: zero lies above the interval of the difference."
    return "No difference can be told: zero lies in the interval."


def _show(title: str, rows: list[tuple[str, str]], remarks: tuple[str, ...], console: Console) -> None:
    console.print(title, style="bold", markup=False)
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    for row in rows:
        table.add_row(*row)
    console.print(table)
    for remark in remarks:
        console.print(remark, style="yellow", markup=False, soft_wrap=True)


def _maybe(found: Estimate | None) -> str:
    return estimate(found) if found is not None else "none"


def _number(value: float | None) -> str:
    return f"{value:.2f}" if value is not None else "none"


def _spent(spending: Spending) -> str:
    if spending.usage is None:
        return "no tokens counted"
    cost = f", {spending.cost_usd:.4f} USD" if spending.cost_usd is not None else ", no price known"
    return f"{spending.usage.input_tokens} tokens in, {spending.usage.output_tokens} out{cost}"
