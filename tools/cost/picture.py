"""The bill and the savings as one picture, an SVG that follows the reader's light or dark setting."""

from collections.abc import Sequence
from decimal import Decimal
from html import escape

from tools.cost.bill import Bill
from tools.cost.case import Case
from tools.cost.line import dollars
from tools.cost.saving import Saving

WIDTH, LEFT, RIGHT, ROW, BAR = 880, 170, 260, 26, 14
PLOT = WIDTH - LEFT - RIGHT
STYLE = """
  svg { --back: #ffffff; --ink: #1f2328; --dim: #59636e; --rule: #d1d9e0 }
  svg { --cost: #3b76c4; --save: #2f8f4e; --lose: #c4432b }
  @media (prefers-color-scheme: dark) {
    svg { --back: #0d1117; --ink: #f0f6fc; --dim: #9198a1; --rule: #3d444d }
    svg { --cost: #5b9bef; --save: #4fb56f; --lose: #f0776a }
  }
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--ink) }
  .head { font-size: 16px; font-weight: 600 }
  .dim { font-size: 12px; fill: var(--dim) }
  .cost { fill: var(--cost) }
  .save { fill: var(--save) }
  .lose { fill: var(--lose) }
  .claim { fill: none; stroke: var(--ink); stroke-width: 2 }
  .budget { stroke: var(--lose); stroke-width: 2 }
  .zero { stroke: var(--rule) }
"""


def picture(case: Case, bill: Bill, savings: Sequence[Saving]) -> str:
    name, prices = case.environment.name, case.prices
    basis = f"{prices.region}, prices of {prices.as_of}, {case.usage.evaluations:,} evaluations"
    parts: list[str] = []
    y = 34
    parts.append(_text(20, y, f"{name}: {dollars(bill.usd)} a month", "head"))
    parts.append(_text(WIDTH - RIGHT - 130, y, basis, "dim"))
    y = _bill_rows(parts, bill, y + 24)
    y += 40
    parts.append(_text(20, y, "Saved a month", "head"))
    parts.append(_text(LEFT, y, "bar: computed from the config; mark: what the diagram claims", "dim"))
    y = _saving_rows(parts, savings, y + 24)
    body = "\n".join(parts)
    size = f'viewBox="0 0 {WIDTH} {y + 14}" width="{WIDTH}" height="{y + 14}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">\n'
        f"<title>{escape(name)}: the monthly bill by stack, and what each feature saves</title>\n"
        f"<style>{STYLE}</style>\n"
        f'<rect width="100%" height="100%" rx="8" fill="var(--back)"/>\n{body}\n</svg>\n'
    )


def _bill_rows(parts: list[str], bill: Bill, y: int) -> int:
    most = max(bill.usd, Decimal(max(bill.budgets_usd)))
    rows = [*((stack.name, stack.usd) for stack in bill.stacks), ("Total", bill.usd)]
    for name, usd in rows:
        parts.append(_text(20, y + 11, name))
        parts.append(_bar(LEFT, y, _length(usd, most), "cost"))
        parts.append(_text(LEFT + _length(usd, most) + 8, y + 11, dollars(usd)))
        y += ROW
    for budget in bill.budgets_usd:
        x = LEFT + _length(Decimal(budget), most)
        parts.append(f'<line class="budget" x1="{x:.1f}" x2="{x:.1f}" y1="{y - ROW - 4}" y2="{y - 8}"/>')
    notices = ", ".join(f"${budget}" for budget in bill.budgets_usd)
    parts.append(_text(LEFT, y + 8, f"marks: budget notices at {notices}", "dim"))
    return y + 8


def _saving_rows(parts: list[str], savings: Sequence[Saving], y: int) -> int:
    worst = min(Decimal(0), *(saving.usd for saving in savings))
    best = max(max(saving.usd, saving.claim.high_usd or saving.claim.low_usd) for saving in savings)
    zero = LEFT + _length(-worst, best - worst)
    parts.append(f'<line class="zero" x1="{zero:.1f}" x2="{zero:.1f}" y1="{y - 6}" y2="{y + ROW * len(savings) - 6}"/>')
    for saving in savings:
        length = _length(abs(saving.usd), best - worst)
        parts.append(_text(20, y + 11, saving.feature))
        parts.append(_bar(zero if saving.usd >= 0 else zero - length, y, length, "save" if saving.usd >= 0 else "lose"))
        parts.append(_claim(saving, zero, best - worst, y))
        told = f"{dollars(saving.usd)}; diagram {saving.claim.text}"
        parts.append(_text(WIDTH - RIGHT + 16, y + 11, told))
        y += ROW
    return y


def _claim(saving: Saving, zero: float, span: Decimal, y: int) -> str:
    low = zero + _length(saving.claim.low_usd, span)
    high = zero + _length(saving.claim.high_usd or saving.claim.low_usd, span)
    middle = y + BAR / 2
    return (
        f'<path class="claim" d="M{low:.1f} {y - 3}V{y + BAR + 3}M{low:.1f} {middle:.1f}H{high:.1f}'
        f'M{high:.1f} {y - 3}V{y + BAR + 3}"/>'
    )


def _length(usd: Decimal, span: Decimal) -> float:
    return float(usd / span) * PLOT if span else 0.0


def _bar(x: float, y: float, length: float, kind: str) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{max(length, 1):.1f}" height="{BAR}" rx="2"/>'


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y}">{escape(text)}</text>'
