"""A small file of labelled lines."""

import json
from pathlib import Path
from typing import Any

LINES = [{"id": f"i{n}", "input": f"q{n}", "output": "x", "human_label": n % 2 == 0} for n in range(6)]


def written(path: Path, lines: list[Any]) -> str:
    path.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return str(path)
