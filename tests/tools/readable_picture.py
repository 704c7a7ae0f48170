"""That a picture can be read: nothing lies over, crosses or leaves what it must not."""

from collections.abc import Iterator
from itertools import combinations, pairwise

from tools.architecture.layout import Placed, Text
from tools.architecture.picture import Picture
from tools.architecture.routes import Arrow

HAIR = 0.01
"""What rounding may add, in pixels."""

Span = tuple[float, float, float, float]
"""Left, top, right, bottom."""


def box_span(placed: Placed) -> Span:
    return placed.x, placed.y, placed.right, placed.bottom


def text_span(text: Text) -> Span:
    """From the top of its tall letters to the foot of its long ones."""
    return text.x, text.baseline - 0.8 * text.size, text.x + text.width, text.baseline + 0.25 * text.size


def pieces(arrow: Arrow) -> Iterator[Span]:
    """Its straight pieces."""
    for line in arrow.lines:
        for (x, y), (next_x, next_y) in pairwise(line):
            yield min(x, next_x), min(y, next_y), max(x, next_x), max(y, next_y)


def meet(one: Span, other: Span) -> bool:
    """More than touch."""
    return (
        one[0] < other[2] - HAIR and other[0] < one[2] - HAIR and one[1] < other[3] - HAIR and other[1] < one[3] - HAIR
    )


def holds(outer: Span, inner: Span) -> bool:
    return (
        outer[0] <= inner[0] + HAIR
        and outer[1] <= inner[1] + HAIR
        and inner[2] <= outer[2] + HAIR
        and inner[3] <= outer[3] + HAIR
    )


def crosses(piece: Span, area: Span) -> bool:
    """A line has no width, so a hair is given to it."""
    return meet((piece[0] - HAIR, piece[1] - HAIR, piece[2] + HAIR, piece[3] + HAIR), area)


def assert_readable(picture: Picture) -> None:
    assert_boxes_in_their_places(picture.root)
    for text in (text for placed in picture.root.everything() for text in placed.texts):
        for arrow in picture.arrows:
            assert not any(crosses(piece, text_span(text)) for piece in pieces(arrow)), f"through {text.text!r}"
    leaves = [placed for placed in picture.root.everything() if placed.box.is_framed and not placed.box.children]
    for arrow in picture.arrows:
        for leaf in leaves:
            assert not any(crosses(piece, box_span(leaf)) for piece in pieces(arrow)), f"through {leaf.box.title}"
    for one, other in combinations(picture.arrows, 2):
        for piece in pieces(one):
            assert not any(on_top(piece, another) for another in pieces(other)), (one, other)


def on_top(one: Span, other: Span) -> bool:
    """They run along each other."""
    shared = min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1])
    return min(shared) > -1 and max(shared) > 1


def assert_boxes_in_their_places(placed: Placed) -> None:
    said = placed.box.title
    for child in placed.children:
        assert holds(box_span(placed), box_span(child)), f"{child.box.title!r} leaves {said!r}"
        assert_boxes_in_their_places(child)
    for text in placed.texts:
        assert holds(box_span(placed), text_span(text)), f"{text.text!r} leaves {said!r}"
        for child in placed.children:
            assert not meet(text_span(text), box_span(child)), f"{text.text!r} is under {child.box.title!r}"
    for one, other in combinations(placed.children, 2):
        assert not meet(box_span(one), box_span(other)), f"{one.box.title!r} is over {other.box.title!r}"
