"""Lines from the boxes on the left to those on the right, each on a track of its own between them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from tools.architecture.layout import PORT, Kind, Placed
from tools.architecture.routes import Arrow, Line

TRACK = 10
"""Between two lines that run beside each other."""
COLLISION = 100
"""How many crossings are better than two lines on top of each other."""


@dataclass(frozen=True)
class Net:
    """Lines of one meaning: from every box on the left to every box on the right, or back."""

    left: tuple[Placed, ...]
    right: tuple[Placed, ...]
    kind: Kind
    is_leftward: bool = False


@dataclass(frozen=True)
class Run:
    """A net with the heights at which it meets its boxes."""

    net: Net
    left: tuple[float, ...]
    right: tuple[float, ...]

    @property
    def span(self) -> tuple[float, float]:
        return min(*self.left, *self.right), max(*self.left, *self.right)

    def passes(self, y: float) -> bool:
        top, bottom = self.span
        return top <= y <= bottom


def gutter_width(nets: int) -> float:
    return (nets + 1) * TRACK


def gutter_arrows(nets: Sequence[Net], x: float) -> Iterator[Arrow]:
    """From the gutter's left edge on."""
    for position, run in enumerate(_untangled(_runs(nets)), start=1):
        yield Arrow(tuple(_lines(run, x + position * TRACK)), run.net.kind)


def _lines(run: Run, track: float) -> Iterator[Line]:
    """As few as meet every box: all lines run along the same track."""
    left = [(box.right, y) for box, y in zip(run.net.left, run.left, strict=True)]
    right = [(box.x, y) for box, y in zip(run.net.right, run.right, strict=True)]
    for start, end in [*((start, right[0]) for start in left), *((left[0], end) for end in right[1:])]:
        line = start, (track, start[1]), (track, end[1]), end
        yield line[::-1] if run.net.is_leftward else line


def _runs(nets: Sequence[Net]) -> list[Run]:
    left = _ports({net: net.left for net in nets}, {net: net.right for net in nets})
    right = _ports({net: net.right for net in nets}, {net: net.left for net in nets})
    return [Run(net, left[net], right[net]) for net in nets]


def _ports(
    near: Mapping[Net, tuple[Placed, ...]], far: Mapping[Net, tuple[Placed, ...]]
) -> dict[Net, tuple[float, ...]]:
    """Spread over each box's side, in the order of where the lines come from, so that they need not cross."""

    def height_of_others(net: Net) -> float:
        return sum(box.y for box in far[net]) / len(far[net])

    def port(net: Net, box: Placed) -> float:
        sharing = sorted((other for other in near if box in near[other]), key=height_of_others)
        return box.y + box.height * (sharing.index(net) + 1) / (len(sharing) + 1)

    return {net: tuple(port(net, box) for box in boxes) for net, boxes in near.items()}


def _untangled(runs: list[Run]) -> list[Run]:
    """Swaps two tracks for as long as that removes a crossing."""
    best = _tangle(runs)
    swapped = True
    while swapped:
        swapped = False
        for one, other in combinations(range(len(runs)), 2):
            tried = list(runs)
            tried[one], tried[other] = tried[other], tried[one]
            if _tangle(tried) < best:
                runs, best, swapped = tried, _tangle(tried), True
    return runs


def _tangle(runs: Sequence[Run]) -> int:
    return sum(
        sum(one.passes(y) for y in other.left)
        + sum(other.passes(y) for y in one.right)
        + sum(COLLISION for a in one.right for b in other.left if abs(a - b) < PORT / 2)
        for one, other in combinations(runs, 2)
    )
