"""What every place may use of every other."""

from collections.abc import Sequence
from dataclasses import dataclass

from tools.connectivity.evaluate import allowed
from tools.connectivity.places import Place
from tools.connectivity.policy import Policy
from tools.connectivity.ports import ALL, Ports


@dataclass(frozen=True)
class Cell:
    source: Place
    destination: Place
    ports: Ports

    @property
    def is_governed(self) -> bool:
        """Whether any policy closes anything between the two."""
        return self.ports != ALL

    def words(self) -> tuple[str, ...]:
        """In brackets what is open only because its address lies in an open range: nothing listens there."""
        return tuple(
            word if self.destination.listens & part else f"({word})"
            for part, word in zip(self.ports.parts(), self.ports.words(), strict=True)
        )


Matrix = list[list[Cell | None]]
"""A row for each source. None: neither is a pod, so that no policy decides."""


def matrix(policies: Sequence[Policy], places: Sequence[Place]) -> Matrix:
    return [[_cell(policies, source, destination) for destination in places] for source in places]


def _cell(policies: Sequence[Policy], source: Place, destination: Place) -> Cell | None:
    if source.end.pod is None and destination.end.pod is None:
        return None
    return Cell(source, destination, allowed(policies, source.end, destination.end))
