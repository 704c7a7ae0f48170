"""A recipe as Docker reads it, so far as our own go: its instructions, and the files of ours that it takes."""

import re
import shutil
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
Instruction = tuple[str, str]


def instructions(recipe: str) -> list[Instruction]:
    text = (ROOT / "images" / f"{recipe}.Dockerfile").read_text()
    lines = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ").splitlines()
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in lines if line.strip())]


def last_stage(recipe: str) -> list[Instruction]:
    found = instructions(recipe)
    start = max(number for number, (name, _) in enumerate(found) if name == "FROM")
    return found[start:]


def only(found: list[Instruction], name: str) -> str:
    (value,) = [rest for each, rest in found if each == name]
    return value


def copied(recipe: str) -> dict[str, str]:
    """From where in the repository to where in the first stage."""
    found = [rest for name, rest in instructions(recipe) if name == "COPY" and not rest.startswith("--from")]
    return dict(rest.split() for rest in found)


def copy_into(stage: Path, recipe: str) -> None:
    for source, target in copied(recipe).items():
        place = stage / target.lstrip("/")
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, place, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            place.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / source, place)
