"""Nested boxes: a width goes in at the top, every box gets a place, and heights follow from what is inside."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from tools.architecture.letters import text_width, wrapped
from tools.architecture.templates import Address

PAD, GAP = 12, 10
TEXT_PAD = 7
"""Between a frame and a text above or below."""
TITLE_SIZE, TITLE_LINE = 14, 19
DETAIL_SIZE, DETAIL_LINE = 13, 17
DESCENT = 5
PORT = 10
"""The least distance between two arrows at the same side of a box."""


Key = Address | str


class Kind(StrEnum):
    """What the colour says."""

    PLACE = "place"
    NETWORK = "network"
    COMPUTE = "compute"
    DATA = "data"
    MESSAGING = "messaging"
    SECURITY = "security"
    MANAGEMENT = "management"


class Direction(StrEnum):
    DOWN = "down"
    ACROSS = "across"


@dataclass(frozen=True)
class Box:
    title: str = ""
    lines: tuple[str, ...] = ()
    kind: Kind = Kind.PLACE
    children: tuple["Box", ...] = ()
    direction: Direction = Direction.DOWN
    key: Key | None = None
    """By which arrows find it: the address of what it stands for, or a name."""
    share: float = 1
    """Of the width, among boxes across."""
    gap: float = GAP
    """Between its children."""
    indent: float = 0
    is_framed: bool = True
    """Without a frame it only arranges its children."""
    ports: int = 0
    """How many arrows there must be room for at one of its sides."""

    def everything(self) -> Iterator["Box"]:
        yield self
        for child in self.children:
            yield from child.everything()


def across(*children: Box, gap: float = GAP, indent: float = 0) -> Box:
    return Box(children=children, direction=Direction.ACROSS, gap=gap, indent=indent, is_framed=False)


def down(*children: Box, gap: float = GAP, share: float = 1) -> Box:
    return Box(children=children, gap=gap, share=share, is_framed=False)


@dataclass(frozen=True)
class Text:
    text: str
    x: float
    baseline: float
    is_title: bool

    @property
    def size(self) -> int:
        return TITLE_SIZE if self.is_title else DETAIL_SIZE

    @property
    def width(self) -> float:
        return text_width(self.text, self.size, bold=self.is_title)


@dataclass(frozen=True)
class Placed:
    box: Box
    x: float
    y: float
    width: float
    height: float
    texts: tuple[Text, ...]
    children: tuple["Placed", ...]

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    def everything(self) -> Iterator["Placed"]:
        yield self
        for child in self.children:
            yield from child.everything()


def place(box: Box, x: float, y: float, width: float) -> Placed:
    pad = PAD if box.is_framed else 0
    above = min(pad, TEXT_PAD) if box.title or box.lines else pad
    below = pad if box.children else above
    left = x + pad + box.indent
    inner = x + width - pad - left
    texts, top = _texts(box, left, y + above, inner)
    if texts and box.children:
        top += GAP / 2
    arranged = _across if box.direction is Direction.ACROSS else _down
    children = arranged(box, left, top, inner)
    bottom = max((child.bottom for child in children), default=top) + below
    return Placed(box, x, y, width, max(bottom - y, (box.ports + 1) * PORT), texts, children)


def _texts(box: Box, x: float, y: float, width: float) -> tuple[tuple[Text, ...], float]:
    """And where they end."""
    texts = []
    for title in wrapped(box.title, width, TITLE_SIZE, bold=True):
        y += TITLE_LINE
        texts.append(Text(title, x, y - DESCENT, is_title=True))
    for detail in (part for line in box.lines for part in wrapped(line, width, DETAIL_SIZE)):
        y += DETAIL_LINE
        texts.append(Text(detail, x, y - DESCENT, is_title=False))
    return tuple(texts), y


def _down(box: Box, x: float, y: float, width: float) -> tuple[Placed, ...]:
    placed = []
    for child in box.children:
        placed.append(place(child, x, y, width))
        y = placed[-1].bottom + box.gap
    return tuple(placed)


def _across(box: Box, x: float, y: float, width: float) -> tuple[Placed, ...]:
    """All as high as the highest; a column without a frame spreads its boxes over that height."""
    shares = sum(child.share for child in box.children)
    free = width - box.gap * (len(box.children) - 1)
    placed = []
    for child in box.children:
        placed.append(place(child, x, y, free * child.share / shares))
        x = placed[-1].right + box.gap
    height = max((each.height for each in placed), default=0)
    return tuple(_stretched(each, height) for each in placed)


def _stretched(placed: Placed, height: float) -> Placed:
    children = placed.children
    if not placed.box.is_framed and placed.box.direction is Direction.DOWN and len(children) > 1:
        step = (height - placed.height) / (len(children) - 1)
        children = tuple(_lowered(child, position * step) for position, child in enumerate(children))
    return replace(placed, height=height, children=children)


def _lowered(placed: Placed, by: float) -> Placed:
    return replace(
        placed,
        y=placed.y + by,
        texts=tuple(replace(text, baseline=text.baseline + by) for text in placed.texts),
        children=tuple(_lowered(child, by) for child in placed.children),
    )
