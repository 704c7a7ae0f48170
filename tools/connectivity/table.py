"""The matrix as a table: for each source the open ways, then the names of all to whom it has none."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from tools.connectivity.matrix import Cell, Matrix

GAP = 2
NOTHING = "nothing"


def connectivity_table(found: Matrix) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0))
    for name in ("from", "to", "ports"):
        table.add_column(name, no_wrap=name != "to")
    for row in found:
        cells = [cell for cell in row if cell is not None]
        for number, (words, names) in enumerate(_grouped(cells)):
            source = cells[0].source.name if number == 0 else ""
            style = "" if words else "dim"
            table.add_row(source, Text(", ".join(names), style=style), Text(", ".join(words) or NOTHING, style=style))
        table.add_section()
    return table


def _grouped(cells: Sequence[Cell]) -> list[tuple[tuple[str, ...], list[str]]]:
    """By what is open, nothing last."""
    groups: dict[tuple[str, ...], list[str]] = {}
    for cell in cells:
        groups.setdefault(cell.words(), []).append(cell.destination.name)
    return sorted(groups.items(), key=lambda group: not group[0])
