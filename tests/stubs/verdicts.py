"""The text of an answer: plain, or a verdict that satisfies the asked JSON schema, or one that breaks it in one way."""

import json
from collections.abc import Callable
from typing import Any

ANSWER = "The capital of France is Paris."

Schema = dict[str, Any]


def satisfy(schema: Schema, *, lowest: bool = False) -> Any:
    """A value of the schema; of an enum the last entry, or the first where `lowest`."""
    if "enum" in schema:
        return schema["enum"][0 if lowest else -1]
    match schema.get("type"):
        case "object":
            return {name: satisfy(inner, lowest=lowest) for name, inner in schema["properties"].items()}
        case "array":
            return [satisfy(schema["items"], lowest=lowest)]
        case "integer" | "number":
            return schema.get("minimum" if lowest else "maximum", 1)
        case "boolean":
            return not lowest
        case _:
            # Evidence has to stand in the answer, of which only the prompt knows: this quotes nothing.
            return ""


def _with_level(schema: Schema, level: str) -> str:
    """The first criterion's level replaced by a piece of JSON text."""
    verdict = satisfy(schema)
    first = next(iter(verdict))
    verdict[first]["level"] = "@"
    return json.dumps(verdict).replace('"@"', level, 1)


def _without_first(schema: Schema) -> str:
    verdict = satisfy(schema)
    del verdict[next(iter(verdict))]
    return json.dumps(verdict)


def _first_twice(schema: Schema) -> str:
    verdict = satisfy(schema)
    name, value = next(iter(verdict.items()))
    return json.dumps(verdict)[:-1] + f", {json.dumps(name)}: {json.dumps(value)}}}"


def invented(schema: Schema) -> str:
    """As asked, but for the words that it quotes."""
    verdict = satisfy(schema)
    quoted = {name: "words that stand in no answer" for name in next(iter(verdict.values())) if "evidence" in name}
    return json.dumps({name: entry | quoted for name, entry in verdict.items()})


BROKEN: dict[str, Callable[[Schema], str]] = {
    "verdict_low": lambda schema: json.dumps(satisfy(schema, lowest=True)),
    "verdict_fenced": lambda schema: f"```json\n{json.dumps(satisfy(schema))}\n```",
    "verdict_prose": lambda _: "I would give this answer 9 out of 10.",
    "verdict_empty": lambda _: "",
    "verdict_two": lambda schema: json.dumps(satisfy(schema)) * 2,
    "verdict_trailing": lambda schema: json.dumps(satisfy(schema)) + "\nI hope this helps!",
    "verdict_array": lambda schema: json.dumps([satisfy(schema)]),
    "verdict_range": lambda schema: _with_level(schema, "101"),
    "verdict_negative": lambda schema: _with_level(schema, "-1"),
    "verdict_nan": lambda schema: _with_level(schema, "NaN"),
    "verdict_text": lambda schema: _with_level(schema, '"100"'),
    "verdict_fraction": lambda schema: _with_level(schema, "1.0"),
    "verdict_boolean": lambda schema: _with_level(schema, "true"),
    "verdict_null": lambda schema: _with_level(schema, "null"),
    "verdict_missing": _without_first,
    "verdict_twice": _first_twice,
    "verdict_extra": lambda schema: json.dumps(satisfy(schema) | {"score": 100}),
    "verdict_deep": lambda _: "[" * 50_000,
}
"""All but the first are refused by a strict reader."""


def answer_text(behaviour: str, schema: Schema | None) -> str:
    if schema is None:
        return ANSWER
    if behaviour in BROKEN:
        return BROKEN[behaviour](schema)
    if behaviour == "verdict_invented":
        return invented(schema)
    return json.dumps(satisfy(schema))
