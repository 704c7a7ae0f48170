"""Step 1 of the demo: read the JSONL files. A malformed line is named, and the rest goes on."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

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


def read_items(paths: Iterable[Path]) -> tuple[list[Item], list[Malformed]]:
    """Raises OSError where a file cannot be read."""
    items: list[Item] = []
    malformed: list[Malformed] = []
    for path in paths:
        for number, line in enumerate(path.read_bytes().removeprefix(b"\xef\xbb\xbf").splitlines(), start=1):
            if not line.strip():
                continue
            where = f"{path.name}:{number}"
            try:
                items.append(_item(line, where))
            except (ValueError, RecursionError) as error:
                malformed.append(Malformed(where, _reason(error)))
    return items, malformed


def _item(line: bytes, where: str) -> Item:
    value = json.loads(line.decode(), parse_constant=_refuse)
    if not isinstance(value, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004 - a fault of the line, like the others
    body = {field: content for field, content in value.items() if field not in NAME_FIELDS}
    return Item(name=_name(value) or where, where=where, body=body)


def _name(value: dict[str, Any]) -> str:
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
