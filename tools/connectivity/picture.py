"""The matrix as an SVG, which follows the reader's light or dark setting."""

from collections.abc import Iterator, Sequence
from html import escape

from tools.architecture.letters import text_width, wrapped
from tools.connectivity.matrix import Cell, Matrix
from tools.connectivity.places import Place
from tools.connectivity.remarks import REMARKS

MARGIN, ROW_HEADS, COLUMN_HEADS, TITLE = 20, 150, 118, 34
CELL_WIDTH, LINE, PADDING, GAP = 54, 14, 6, 2
SIZE, REMARK_SIZE, REMARK_LINE = 12, 12, 18
STYLE = f"""
  svg {{ --back: #ffffff; --ink: #1f2328; --dim: #59636e; --rule: #d1d9e0; --shut: #f3f5f7; --open: #2f8f4e }}
  @media (prefers-color-scheme: dark) {{
    svg {{ --back: #0d1117; --ink: #f0f6fc; --dim: #9198a1; --rule: #3d444d; --shut: #161b22; --open: #4fb56f }}
  }}
  text {{ font: {SIZE}px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--ink) }}
  .title {{ font-size: 16px; font-weight: 600 }}
  .cell {{ text-anchor: middle; font-size: 11px }}
  .remark, .free-text {{ fill: var(--dim) }}
  .right {{ text-anchor: end }}
  .back {{ fill: var(--back) }}
  .shut {{ fill: var(--shut) }}
  .open {{ fill: var(--open); fill-opacity: 0.28; stroke: var(--open) }}
  .range {{ fill: var(--open); fill-opacity: 0.06; stroke: var(--open); stroke-dasharray: 3 3 }}
  .free {{ fill: none; stroke: var(--rule) }}
"""


def picture(found: Matrix, places: Sequence[Place], environment: str) -> str:
    left, top = MARGIN + ROW_HEADS, TITLE + COLUMN_HEADS
    height = _row_height(found)
    width = left + len(places) * CELL_WIDTH + MARGIN + 30
    bottom = top + len(places) * height
    remarks = [line for remark in REMARKS for line in wrapped(remark, width - 2 * MARGIN, REMARK_SIZE)]
    parts = [
        _text(MARGIN, TITLE - 6, f"{environment}: who reaches whom, by the network policies alone", "title"),
        *_heads(places, left, top, height),
        *_cells(found, left, top, height),
        *_legend(bottom + 14),
        *(_text(MARGIN, bottom + 62 + number * REMARK_LINE, remark, "remark") for number, remark in enumerate(remarks)),
    ]
    total = bottom + 62 + len(remarks) * REMARK_LINE
    title = f"{environment}: the ports that the network policies open, from each row to each column"
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {total}" width="{width}" height="{total}" '
        f'role="img">\n<title>{escape(title)}</title>\n<style>{STYLE}</style>\n'
        f'<rect class="back" width="100%" height="100%" rx="8"/>\n{body}\n</svg>\n'
    )


def _row_height(found: Matrix) -> int:
    most = max(len(cell.words()) for row in found for cell in row if cell is not None)
    return max(most, 1) * LINE + 2 * PADDING


def _heads(places: Sequence[Place], left: int, top: int, height: int) -> Iterator[str]:
    for number, place in enumerate(places):
        yield _text(left - 10, top + number * height + height // 2 + 4, place.name, "right")
        x, y = left + number * CELL_WIDTH + CELL_WIDTH // 2, top - 8
        yield f'<text x="{x}" y="{y}" transform="rotate(-50 {x} {y})">{escape(place.name)}</text>'


def _cells(found: Matrix, left: int, top: int, height: int) -> Iterator[str]:
    for row_number, row in enumerate(found):
        for number, cell in enumerate(row):
            if cell is not None:
                x, y = left + number * CELL_WIDTH, top + row_number * height
                yield _box(_kind(cell), x, y, height)
                yield from _words(cell, x + CELL_WIDTH // 2, y, height)


def _kind(cell: Cell) -> str:
    if not cell.is_governed:
        return "free"
    if not cell.ports:
        return "shut"
    return "open" if cell.ports & cell.destination.listens else "range"


def _words(cell: Cell, x: int, y: int, height: int) -> Iterator[str]:
    words = cell.words()
    first = y + (height - len(words) * LINE) // 2 + LINE - 3
    for number, word in enumerate(words):
        yield _text(x, first + number * LINE, word, "cell" if cell.is_governed else "cell free-text")


def _legend(y: int) -> Iterator[str]:
    words = {
        "open": "open",
        "range": "open to a range of addresses, where nothing listens",
        "shut": "closed",
        "free": "no policy closes anything",
    }
    x = MARGIN
    for kind, meaning in words.items():
        yield f'<rect class="{kind}" x="{x}" y="{y}" width="22" height="16" rx="3"/>'
        yield _text(x + 30, y + 12, meaning)
        x += 60 + round(text_width(meaning, SIZE))


def _box(kind: str, x: int, y: int, height: int) -> str:
    size = f'width="{CELL_WIDTH - 2 * GAP}" height="{height - 2 * GAP}"'
    return f'<rect class="{kind}" x="{x + GAP}" y="{y + GAP}" {size} rx="3"/>'


def _text(x: int, y: int, text: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}">{escape(text)}</text>'
