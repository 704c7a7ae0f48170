"""The fault matrix: read from the page that people read, `docs/faults.md`."""

import re
from dataclasses import dataclass
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "faults.md"

NOT_RUN: dict[str, str] = {}
"""Why a row is shown by no test, by its id."""


@dataclass(frozen=True)
class Row:
    id: str
    fault: str
    promise: str

    @property
    def not_run(self) -> str:
        return NOT_RUN.get(self.id, "")


MATRIX = tuple(
    Row(*cells)
    for cells in re.findall(r"^\| (F\d+) \| (.+?) \| (.+?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
)
