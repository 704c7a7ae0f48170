"""Step 1 of sending lines: read the JSONL files. A malformed line is named, and the rest goes on."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

NAME_FIELDS = ("id", "custom_id")
"""The caller's own name of a line, shown and not sent; `metadata.id`, which is sent, serves too."""


@dataclass(frozen=True)
class Item:
    name: str
    where: str
    """`file:line`."""
    body: dict[str, Any]
    """What is posted; the gateway is who judges its form."""

    @property
    def expected(self) -> str | None:
        metadata = self.body.get("metadata")
        value = metadata.get("expected") if isinstance(metadata, dict) else None
        return value if isinstance(value, str) else None


@dataclass(frozen=True)
class Malformed:
    where: str
    reason: str


Read = TypeVar("Read")


def read_items(paths: Iterable[Path]) -> tuple[list[Item], list[Malformed]]:
    """Raises OSError where a file cannot be read."""
    return read_lines(paths, _item)


def read_lines(
    paths: Iterable[Path], read: Callable[[dict[str, Any], str], Read]
) -> tuple[list[Read], list[Malformed]]:
    """`read` makes something of a line's object and its place, or raises ValueError with what is wrong with it.

    Raises OSError where a file cannot be read.
    """
    found: list[Read] = []
    malformed: list[Malformed] = []
    for path in paths:
        for number, line in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
            if not line.strip():
                continue
            where = f"{path.name}:{number}"
            try:
                found.append(read(_object(line), where))
            except (ValueError, RecursionError) as error:
                malformed.append(Malformed(where, _reason(error)))
    return found, malformed


def _object(line: bytes) -> dict[str, Any]:
    value = json.loads(line.decode(), parse_constant=_refuse)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - a fault of the line, like the others
    return value


def _item(value: dict[str, Any], where: str) -> Item:
    body = {field: content for field, content in value.items() if field not in NAME_FIELDS}
    return Item(name=name_of(value) or where, where=where, body=body)


def name_of(value: dict[str, Any]) -> str:
    """What the line calls itself; empty where it does not."""
    metadata = value.get("metadata")
    candidates = [value.get(field) for field in NAME_FIELDS]
    candidates += [metadata.get("id")] if isinstance(metadata, dict) else []
    # A file may come from anywhere: control characters would reach the terminal.
    names = ("".join(c if c.isprintable() else "?" for c in str(name)) for name in candidates if name is not None)
    return next(filter(None, names), "")


def _refuse(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")


def _reason(error: Exception) -> str:
    match error:
        case RecursionError():
            return "nested too deeply"
        case json.JSONDecodeError():
            return f"not valid JSON: {error.msg} at column {error.colno}"
        case UnicodeDecodeError():
            return "not valid UTF-8"
        case _:
            return str(error)
