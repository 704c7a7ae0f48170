"""Step 2 of a calibration: the lines to judge. What no card can be made of is refused before any of it is paid for."""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from rich.console import Console

from config.limits import CALIBRATION_LABELS_MAX
from runtime.api_client.items import Malformed, read_lines
from runtime.cli.labelled import Labelled, Labels

SEED = 20
NAME_CHARS = 100
"""Of a calibration's name, which is a label."""


class BadLabels(Exception):
    """The message says what to do."""


@dataclass(frozen=True)
class LabelledFile:
    name: str
    """Of the calibration."""
    lines: Sequence[Labelled]
    """At least two, with labels of one kind that are not all alike."""
    malformed: Sequence[Malformed]

    @classmethod
    def read(cls, file: Path, labels: Labels, *, limit: int | None, console: Console) -> Self:
        """Tells of the malformed lines. Raises OSError, BadLabels."""
        lines, malformed = read_lines([file], labels.read)
        for line in malformed:
            console.print(f"{line.where} is skipped: {line.reason}", style="red", markup=False, soft_wrap=True)
        chosen = drawn(lines, limit)
        if complaint := _complaint(chosen):
            raise BadLabels(f"{file}: {complaint}")
        return cls(calibration_name(file), chosen, malformed)


def calibration_name(file: Path) -> str:
    return re.sub(r"[^A-Za-z0-9_.-]", "-", file.stem).strip("-._")[:NAME_CHARS] or "labels"


def drawn(lines: Sequence[Labelled], limit: int | None) -> list[Labelled]:
    """The same ones each time, in the order of the file."""
    if limit is None or limit >= len(lines):
        return list(lines)
    places = sorted(random.Random(SEED).sample(range(len(lines)), limit))  # noqa: S311 - no secret
    return [lines[place] for place in places]


def _complaint(lines: Sequence[Labelled]) -> str | None:
    if not lines:
        return "there is nothing labelled in it"
    if len(lines) > CALIBRATION_LABELS_MAX:
        most = CALIBRATION_LABELS_MAX
        return f"it has {len(lines)} labelled lines, and a calibration takes {most}: draw some with --limit {most}"
    kinds = {kind for line in lines for kind in line.label}
    if len(kinds) > 1:
        return f"its labels are of several kinds ({', '.join(sorted(kinds))}): put each in a file of its own"
    if len({word for line in lines for word in line.label.values()}) == 1:
        return "humans said the same of each line, so that chance alone agrees with them: label others, or draw more"
    return None
