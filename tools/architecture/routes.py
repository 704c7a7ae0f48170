"""Lines between placed boxes: straight, or down from a topic to its queues."""

from dataclasses import dataclass

from tools.architecture.layout import Kind, Placed

Point = tuple[float, float]
Line = tuple[Point, ...]
BESIDE_TITLES = 0.86
"""Where a vertical line meets a box: titles begin at its left."""


@dataclass(frozen=True)
class Arrow:
    """Of one line, or of several that meet."""

    lines: tuple[Line, ...]
    kind: Kind
    is_dashed: bool = False


def straight(source: Placed, target: Placed, *in_line: Placed) -> Line:
    """Between the sides that face each other; upright, it could go on to what is in line."""
    column = source, target, *in_line
    left, right = max(each.x for each in column), min(each.right for each in column)
    if left < right:
        x = left + (right - left) * BESIDE_TITLES
        return ((x, source.bottom), (x, target.y)) if source.y < target.y else ((x, source.y), (x, target.bottom))
    y = (max(source.y, target.y) + min(source.bottom, target.bottom)) / 2
    return (source.right, y), (target.x, y)


def trunk(topic: Placed, queue: Placed) -> Line:
    """In the room that the queue leaves at its left; above where its consumer's line begins."""
    x = (topic.x + queue.x) / 2
    y = queue.y + queue.height / 4
    return (x, topic.bottom), (x, y), (queue.x, y)
