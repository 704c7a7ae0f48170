"""What was searched and what was found, as a table; and the verdict."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table


@dataclass
class Searched:
    """One place."""

    name: str
    pieces: int = 0
    bytes: int = 0
    hits: Counter[str] = field(default_factory=Counter)
    """By form: what must be empty."""
    where: list[str] = field(default_factory=list)
    planted: frozenset[str] = frozenset()
    """The forms of the leaks that were put there."""
    missed: frozenset[str] = frozenset()
    """Those of them that the search did not find."""


@dataclass
class Report:
    places: list[Searched]
    complaints: list[str]
    """What is wrong beside hits: a core file, a place that could not be searched."""

    @property
    def problems(self) -> list[str]:
        found = [
            f"{place.name}: a key, as {', '.join(place.hits)}: {'; '.join(place.where)}" for place in self._leaking
        ]
        missed = [f"{place.name}: a planted leak was not found: {', '.join(place.missed)}" for place in self._blind]
        return [*found, *missed, *self.complaints]

    @property
    def _leaking(self) -> Iterable[Searched]:
        return (place for place in self.places if place.hits)

    @property
    def _blind(self) -> Iterable[Searched]:
        return (place for place in self.places if place.missed or not place.planted)

    def show(self, console: Console) -> None:
        table = Table(box=None, header_style="bold", pad_edge=False)
        table.add_column("place")
        for name in ("pieces", "bytes", "hits", "planted forms found"):
            table.add_column(name, justify="right")
        for place in self.places:
            found = f"{len(place.planted - place.missed)} of {len(place.planted)}"
            hits = sum(place.hits.values())
            table.add_row(place.name, f"{place.pieces:,}", f"{place.bytes:,}", f"{hits}", found)
        console.print(table)
        for problem in self.problems:
            console.print(f"[red]{problem}[/red]", soft_wrap=True, highlight=False)
        searched = sum(place.bytes for place in self.places)
        verdict = "no key was found" if not self.problems else f"{len(self.problems)} problems"
        console.print(f"{verdict}; {searched:,} bytes searched in {len(self.places)} places")
