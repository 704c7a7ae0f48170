"""What a command shows, as a picture."""

import io
from pathlib import Path

from rich.console import Console, RenderableType

WIDTH = 100


def save_picture(path: Path, title: str, *shown: RenderableType) -> None:
    """As a terminal of `WIDTH` columns would show it. Raises OSError."""
    picture = Console(record=True, file=io.StringIO(), width=WIDTH, highlight=False)
    picture.print(*shown)
    picture.save_svg(str(path), title=title)
