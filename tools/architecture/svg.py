"""The picture as SVG text, which follows the reader's light or dark setting."""

from collections.abc import Iterator
from html import escape

from tools.architecture.layout import DETAIL_SIZE, TITLE_SIZE, Kind, Placed, Text
from tools.architecture.picture import WIDTH, Picture
from tools.architecture.routes import Arrow, Line, Point

CORNER, HEAD, HALF_HEAD = 6, 8, 4
STYLE = f"""
  svg {{ --back: #ffffff; --ink: #1f2328; --dim: #59636e; --place: #818b98 }}
  svg {{ --network: #7a4fc9; --compute: #b8620a; --data: #2f6fd0; --messaging: #c2318a; --security: #c4372c }}
  svg {{ --management: #1f7f5c }}
  @media (prefers-color-scheme: dark) {{
    svg {{ --back: #0d1117; --ink: #f0f6fc; --dim: #9198a1; --place: #6e7681 }}
    svg {{ --network: #a98bf0; --compute: #e59b4a; --data: #6aa5f5; --messaging: #ec79bf; --security: #f2796e }}
    svg {{ --management: #4dbb90 }}
  }}
  text {{ font: {DETAIL_SIZE}px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: var(--dim) }}
  .title {{ font-size: {TITLE_SIZE}px; font-weight: 600; fill: var(--ink) }}
  .back {{ fill: var(--back) }}
  .around {{ fill: var(--kind); fill-opacity: 0.04; stroke: var(--kind); stroke-width: 1.2 }}
  .leaf {{ fill: var(--back); stroke: var(--kind); stroke-width: 1.2 }}
  .bar, .head {{ fill: var(--kind) }}
  .arrow {{ fill: none; stroke: var(--kind); stroke-width: 1.6 }}
  .dashed {{ stroke-dasharray: 5 4 }}
""" + "".join(f"  .{kind} {{ --kind: var(--{kind}) }}\n" for kind in Kind)


def svg(picture: Picture) -> str:
    size = f'viewBox="0 0 {WIDTH} {picture.height:.0f}" width="{WIDTH}" height="{picture.height:.0f}"'
    arrows = (part for arrow in picture.arrows for part in _arrow(arrow))
    body = "\n".join((*_boxes(picture.root), *arrows))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">\n'
        f"<title>{escape(picture.name)}: the architecture, read from the synthesized templates</title>\n"
        f"<style>{STYLE}</style>\n"
        f'<rect class="back" width="100%" height="100%" rx="8"/>\n{body}\n</svg>\n'
    )


def _boxes(placed: Placed) -> Iterator[str]:
    box = placed.box
    is_leaf = not box.children and box.kind is not Kind.PLACE
    if box.is_framed:
        role = "leaf" if is_leaf else "around"
        yield _rectangle(f"{role} {box.kind}", placed.x, placed.y, placed.width, placed.height)
        if is_leaf:
            yield _rectangle(f"bar {box.kind}", placed.x, placed.y, 5, placed.height)
    for text in placed.texts:
        yield _text(text)
    for child in placed.children:
        yield from _boxes(child)


def _rectangle(kinds: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{kinds}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="4"/>'


def _text(text: Text) -> str:
    kind = ' class="title"' if text.is_title else ""
    return f'<text{kind} x="{text.x:.1f}" y="{text.baseline:.1f}">{escape(text.text)}</text>'


def _arrow(arrow: Arrow) -> Iterator[str]:
    """One path for all its lines, so that they are one where they meet."""
    dashed = " dashed" if arrow.is_dashed else ""
    yield f'<path class="arrow {arrow.kind}{dashed}" d="{"".join(_line(line) for line in arrow.lines)}"/>'
    heads = dict.fromkeys(_head(line) for line in arrow.lines)
    yield f'<path class="head {arrow.kind}" d="{"".join(heads)}"/>'


def _line(line: Line) -> str:
    """With round corners; it ends within the head, whose point is its end."""
    start, *corners, end = line
    parts = [f"M{_point(start)}"]
    for before, corner, after in zip(line, corners, [*corners[1:], end], strict=False):
        parts.append(f"L{_point(_towards(corner, before, CORNER))}")
        parts.append(f"Q{_point(corner)} {_point(_towards(corner, after, CORNER))}")
    return "".join(parts) + f"L{_point(_towards(end, line[-2], HEAD / 2))}"


def _head(line: Line) -> str:
    end = line[-1]
    x, y = _towards(end, line[-2], HEAD)
    across, along = (HALF_HEAD, 0) if x == end[0] else (0, HALF_HEAD)
    return f"M{_point(end)}L{_point((x - across, y - along))}L{_point((x + across, y + along))}Z"


def _towards(start: Point, end: Point, length: float) -> Point:
    """A point on the way, but no further than its middle. Ways are level or upright."""
    (x, y), (end_x, end_y) = start, end
    part = min(length / max(abs(end_x - x) + abs(end_y - y), length), 0.5)
    return x + (end_x - x) * part, y + (end_y - y) * part


def _point(point: Point) -> str:
    return f"{point[0]:.1f} {point[1]:.1f}"
