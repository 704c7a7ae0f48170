"""Ours beside what is known, as an SVG that follows the reader's light or dark setting. It shows numbers only."""

from collections.abc import Iterator, Sequence
from html import escape

from tools.architecture.letters import wrapped
from tools.replay.figures import StrategyFigures
from tools.replay.known import KNOWN, difference
from tools.replay.tables import percent, points

WIDTH, LEFT, RIGHT, ROW, BAR = 880, 220, 250, 30, 14
PLOT = WIDTH - LEFT - RIGHT
MARGIN, REMARK_SIZE, REMARK_LINE = 20, 12, 18
STYLE = """
  svg { --back: #ffffff; --ink: #1f2328; --dim: #59636e; --rule: #d1d9e0; --ours: #3b76c4 }
  @media (prefers-color-scheme: dark) {
    svg { --back: #0d1117; --ink: #f0f6fc; --dim: #9198a1; --rule: #3d444d; --ours: #5b9bef }
  }
  text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--ink) }
  .head { font-size: 16px; font-weight: 600 }
  .dim { font-size: 12px; fill: var(--dim) }
  .ours { fill: var(--ours); fill-opacity: 0.75 }
  .interval { stroke: var(--ink); stroke-width: 1 }
  .known { stroke: var(--ink); stroke-width: 3 }
  .grid { stroke: var(--rule) }
"""


def picture(nearest: StrategyFigures, figures: Sequence[StrategyFigures], remarks: Sequence[str]) -> str:
    parts = [
        _text(MARGIN, 34, "Recorded verdicts of five judges, replayed", "head"),
        _text(LEFT, 56, f"{nearest.strategy}; bar: ours, line: its 95 % interval, thick mark: known", "dim"),
    ]
    y = 74
    parts += _grid(y - 6, y + ROW * len(KNOWN) - 6)
    parts += _rows(nearest, y)
    y += ROW * len(KNOWN) + 30
    parts.append(_text(MARGIN, y, "How far each strategy is off, in points, on average over the five", "head"))
    y += 18
    parts += _differences(figures, y)
    y += ROW * len(figures) + 14
    for line in (line for remark in remarks for line in wrapped(remark, WIDTH - 2 * MARGIN, REMARK_SIZE)):
        parts.append(_text(MARGIN, y, line, "dim"))
        y += REMARK_LINE
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {y}" width="{WIDTH}" height="{y}" role="img">\n'
        f"<title>Recorded verdicts of five judges, replayed: ours beside what is known</title>\n"
        f"<style>{STYLE}</style>\n"
        f'<rect width="100%" height="100%" rx="8" fill="var(--back)"/>\n{body}\n</svg>\n'
    )


def _grid(top: int, bottom: int) -> Iterator[str]:
    for share in (0.0, 0.25, 0.5, 0.75, 1.0):
        yield _line("grid", LEFT + share * PLOT, top, LEFT + share * PLOT, bottom)


def _rows(nearest: StrategyFigures, y: int) -> Iterator[str]:
    for known in KNOWN:
        ours, middle = known.ours(nearest), y + BAR / 2
        at = LEFT + known.share * PLOT
        yield _text(MARGIN, y + 11, known.name)
        yield _bar(ours.value * PLOT, y)
        yield _line("interval", LEFT + ours.low * PLOT, middle, LEFT + ours.high * PLOT, middle)
        yield _line("known", at, y - 3, at, y + BAR + 3)
        told = f"{percent(ours.value)}; known {percent(known.share)}, {points(ours.value - known.share)}"
        yield _text(WIDTH - RIGHT + 16, y + 11, told)
        y += ROW


def _differences(figures: Sequence[StrategyFigures], y: int) -> Iterator[str]:
    most = max(difference(each) for each in figures) or 1
    for each in figures:
        yield _text(MARGIN, y + 11, each.strategy)
        yield _bar(difference(each) / most * PLOT, y)
        yield _text(WIDTH - RIGHT + 16, y + 11, points(difference(each), sign=""))
        y += ROW


def _bar(length: float, y: int) -> str:
    return f'<rect class="ours" x="{LEFT}" y="{y}" width="{max(length, 1):.1f}" height="{BAR}" rx="2"/>'


def _line(kind: str, x1: float, y1: float, x2: float, y2: float) -> str:
    return f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>'


def _text(x: float, y: float, text: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(text)}</text>'
