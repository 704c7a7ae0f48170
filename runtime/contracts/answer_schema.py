"""The JSON schema that an answer can be checked against, held to what cannot be made to run for long: pure functions.

Keywords are an allowlist. Left out are those that cost more than one look at a value: `pattern` and `format` (a regular
expression of Python's can take exponential time, and a thread that runs one cannot be stopped), `uniqueItems`
(quadratic), and all that refers to another document. `$ref` may name one of the schema's own `$defs`, without a circle,
and counts as often as it is used: thirty definitions that each use the next one twice would be a billion.
"""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError

MOST_CHARS = 16_384
MOST_NODES = 200
"""Values of every kind, those of a definition counted wherever it is used. The gateway looks at it on its event loop:
98 branches of `anyOf` take 0.04 s of CPU there, 480 would take 0.2 s."""
MOST_DEPTH = 28
"""In a row's `request` it begins three levels down, and MariaDB's JSON_VALID takes 31 in all."""
MOST_NUMBER = sys.float_info.max
"""Of either sign. JSON in MySQL refuses one that no double can hold, and the row would never be written."""

_DEFINITIONS = "#/$defs/"
_BY_NAME = frozenset({"properties", "$defs"})
_SCHEMAS = frozenset({"items", "additionalProperties", "not"})
_LISTS = frozenset({"prefixItems", "anyOf", "oneOf", "allOf"})
_VALUES = frozenset(
    [
        "$schema",
        "title",
        "description",
        "default",
        "examples",
        "type",
        "enum",
        "const",
        "required",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "minProperties",
        "maxProperties",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
    ]
)


class UnusableSchema(ValueError):
    """Says what is wrong in our own words; of the schema it repeats a keyword at most."""


def check_schema(schema: dict[str, Any]) -> None:
    """Raises UnusableSchema."""
    try:
        text = json.dumps(schema, allow_nan=False, ensure_ascii=False)
        text.encode()
    except UnicodeEncodeError:
        raise UnusableSchema("It has text that is not valid Unicode.") from None
    except (ValueError, RecursionError):
        raise UnusableSchema("It is not JSON.") from None
    if len(text) > MOST_CHARS:
        raise UnusableSchema(f"It is longer than {MOST_CHARS} characters.")
    # Without the escaped backslashes, behind which `u0000` is plain text.
    if "\\u0000" in text.replace("\\\\", ""):
        raise UnusableSchema("NUL is no text.")
    schema_nodes(schema)
    try:
        Draft202012Validator.check_schema(schema)
    except SchemaError as error:
        where = "/".join(str(part) for part in error.absolute_path if part in _KEYWORDS)
        raise UnusableSchema(f"It is no valid JSON Schema (2020-12){f', at {where}' if where else ''}.") from None


def schema_nodes(schema: dict[str, Any]) -> int:
    """How many values it has, by which the time of a check grows. Raises UnusableSchema where they are too many."""
    definitions = schema.get("$defs", {})
    return _Sizes(definitions if isinstance(definitions, dict) else {}).of_keywords(schema).nodes


_KEYWORDS = _BY_NAME | _SCHEMAS | _LISTS | _VALUES | {"$ref"}


@dataclass(frozen=True)
class _Size:
    nodes: int
    depth: int


_LEAF = _Size(1, 1)


@dataclass
class _Sizes:
    """How large a schema is with every definition written out where it is used; measured once for each definition."""

    definitions: dict[str, Any]
    _known: dict[str, _Size | None] = field(default_factory=dict)
    """None: being measured."""

    def of_schema(self, schema: object) -> _Size:
        if isinstance(schema, bool):
            return _LEAF
        if not isinstance(schema, dict):
            raise UnusableSchema("Each schema in it is an object, true or false.")
        if "$schema" in schema:
            # The validator would go on by the rules of that draft, which it was not checked against.
            raise UnusableSchema("`$schema` may stand at its top only.")
        return self.of_keywords(schema)

    def of_keywords(self, schema: dict[str, Any]) -> _Size:
        return _around(self._of_keyword(keyword, value) for keyword, value in schema.items())

    def _of_keyword(self, keyword: str, value: object) -> _Size:
        if keyword in _BY_NAME:
            return self._of_each(value.values() if isinstance(value, dict) else None)
        if keyword in _SCHEMAS:
            return self.of_schema(value)
        if keyword in _LISTS:
            return self._of_each(value if isinstance(value, list) else None)
        if keyword == "$ref":
            return self._of_definition(value)
        if keyword in _VALUES:
            return _of_value(value)
        raise UnusableSchema(f"`{keyword[:40]}` is not supported.")

    def _of_each(self, schemas: Iterable[object] | None) -> _Size:
        if schemas is None:
            raise UnusableSchema("It has something else where schemas belong.")
        return _around(self.of_schema(schema) for schema in schemas)

    def _of_definition(self, reference: object) -> _Size:
        name = _name_in(reference)
        if name is None or name not in self.definitions:
            how = "as `#/$defs/name`, with `~1` for a `/` in the name, `~0` for a `~`, `%25` for a `%`"
            raise UnusableSchema(f"`$ref` must name one of its own `$defs`, {how}.")
        if name not in self._known:
            self._known[name] = None
            self._known[name] = self.of_schema(self.definitions[name])
        if (size := self._known[name]) is None:
            raise UnusableSchema("A definition must not lead back to itself.")
        return size


def _name_in(reference: object) -> str | None:
    """The name in `#/$defs/name`, decoded as the validator does it (RFC 6901); None where it is another reference."""
    if not isinstance(reference, str) or not reference.startswith(_DEFINITIONS):
        return None
    name = unquote(reference.removeprefix(_DEFINITIONS))
    return None if "/" in name else name.replace("~1", "/").replace("~0", "~")


def _of_value(value: object) -> _Size:
    if isinstance(value, dict):
        return _around(map(_of_value, value.values()))
    if isinstance(value, list):
        return _around(map(_of_value, value))
    if isinstance(value, (int, float)) and abs(value) > MOST_NUMBER:
        raise UnusableSchema("It has a number that is too large for a double.")
    return _LEAF


def _around(parts: Iterable[_Size]) -> _Size:
    """Of a value that holds these. Raises UnusableSchema as soon as it is too large."""
    nodes, depth = 1, 1
    for part in parts:
        nodes, depth = nodes + part.nodes, max(depth, part.depth + 1)
        if nodes > MOST_NODES or depth > MOST_DEPTH:
            raise UnusableSchema(f"It is larger than {MOST_NODES} values, or deeper than {MOST_DEPTH}.")
    return _Size(nodes, depth)
