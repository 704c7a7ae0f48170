"""Which JSON schemas a caller may have an answer checked against: none that could keep the judge busy."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from runtime.contracts.answer_schema import MOST_DEPTH, MOST_NODES, MOST_NUMBER, UnusableSchema, check_schema
from tests.contract.evaluations import largest_schema

DRAFT_3 = "http://json-schema.org/draft-03/schema#"


class Line(BaseModel):
    text: str
    amount: float


class Invoice(BaseModel):
    title: str
    lines: list[Line]
    total: Line | None = None


def doubling(definitions: int) -> dict[str, Any]:
    """Small to write down, 2^definitions to work through."""
    steps = {f"s{number}": {"allOf": [{"$ref": f"#/$defs/s{number + 1}"}] * 2} for number in range(definitions)}
    return {"$ref": "#/$defs/s0", "$defs": {**steps, f"s{definitions}": True}}


def nested(depth: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string"}
    for _ in range(depth):
        schema = {"items": schema}
    return schema


@pytest.mark.parametrize(
    "schema",
    [
        {},
        {"type": "object", "properties": {"a": {"enum": [1, "x", None]}}, "required": ["a"]},
        {"anyOf": [{"const": {"a": [1]}}, {"not": {"type": "null"}}], "additionalProperties": False},
        {"prefixItems": [True, {"minimum": 3}], "items": False},
        Invoice.model_json_schema(),
        {"$schema": "https://json-schema.org/draft/2020-12/schema", "properties": {"$schema": {"type": "string"}}},
        largest_schema(),
        {"enum": ["\\u0000", "\\\\u0000", "\x01"], "properties": {"\\u0000": True}},
        {"const": "\U0001f600" * 16_000},
    ],
)
def test_what_programs_write_is_taken(schema: dict[str, Any]) -> None:
    check_schema(schema)


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"pattern": "(a+)+$"}, "`pattern`"),
        ({"properties": {"a": {"patternProperties": {"(a+)+$": True}}}}, "`patternProperties`"),
        ({"format": "regex"}, "`format`"),
        ({"uniqueItems": True}, "`uniqueItems`"),
        ({"items": {"$schema": DRAFT_3, "properties": {"a": True}}}, "`$schema`"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"$schema": DRAFT_3}}}, "`$schema`"),
        ({"$id": "http://169.254.169.254/"}, "`$id`"),
        ({"$dynamicRef": "#a"}, "`$dynamicRef`"),
        ({"$ref": "http://169.254.169.254/latest"}, "`$ref`"),
        ({"$ref": "file:///etc/passwd"}, "`$ref`"),
        ({"$ref": "#"}, "`$ref`"),
        ({"$ref": "#/$defs/none"}, "`$ref`"),
        ({"$ref": 3}, "`$ref`"),
        *(({"$ref": f"#/$defs/{name}", "$defs": {name: True}}, "`$ref`") for name in ("a/b", "a~1b", "a~0b", "a%20b")),
        ({"$ref": "#/$defs/a%2Fb", "$defs": {"a/b": True}}, "`$ref`"),
        ({"$ref": "#/$defs/a/items", "$defs": {"a": {"items": {}}}}, "`$ref`"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {"items": {"$ref": "#/$defs/a"}}}}, "back to itself"),
        (doubling(40), "larger"),
        (nested(MOST_DEPTH + 1), "deeper"),
        ({"const": nested(MOST_DEPTH + 1)}, "deeper"),
        ({"enum": list(range(MOST_NODES))}, "larger"),
        ({"description": "x" * 20_000}, "longer"),
        ({"title": "\0"}, "NUL"),
        ({"title": "\\\0"}, "NUL"),
        ({"properties": {"\0": True}}, "NUL"),
        ({"const": "\ud800"}, "Unicode"),
        ({"properties": {"\udc00": True}}, "Unicode"),
        ({"const": {"\ud800": 1}}, "Unicode"),
        ({"\ud800": 1}, "Unicode"),
        ({"const": float("nan")}, "not JSON"),
        (json.loads('{"const": 1e400}'), "not JSON"),
        ({"const": 10**400}, "number"),
        ({"enum": [[{"a": -int(MOST_NUMBER) - 1}]]}, "number"),
        ({"properties": {"a": {"maximum": int(MOST_NUMBER) + 1}}}, "number"),
        ({"items": largest_schema() | {"enum": [1], "title": "x"}}, "deeper"),
        (largest_schema() | {"enum": [*largest_schema()["enum"], 1], "title": "x"}, "larger"),
        (largest_schema() | {"title": largest_schema()["title"] + "x"}, "longer"),
        ({"properties": ["a"]}, "schemas belong"),
        ({"anyOf": {}}, "schemas belong"),
        ({"items": 3}, "object, true or false"),
        ({"type": "objekt"}, "no valid JSON Schema (2020-12), at type"),
        ({"required": "a"}, "no valid JSON Schema"),
    ],
)
def test_what_could_run_for_long_or_reach_out_is_refused_in_words(schema: dict[str, Any], told: str) -> None:
    with pytest.raises(UnusableSchema) as caught:
        check_schema(schema)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Line", "Line"),
        ("Line", "%4Cine"),
        ("a/b", "a~1b"),
        ("a/b", "a%7E1b"),
        ("a~b", "a~0b"),
        ("a~1b", "a~01b"),
        ("a%20b", "a%2520b"),
        ("a b", "a b"),
        ("a b", "a%20b"),
        ("Straße", "Straße"),
        ("Straße", "Stra%C3%9Fe"),
        ("Box<a#b>?", "Box<a#b>?"),
        ("100%", "100%"),
        ("", ""),
    ],
)
def test_a_reference_names_what_the_validator_finds_by_it(name: str, written: str) -> None:
    schema = {"$ref": f"#/$defs/{written}", "$defs": {name: {"type": "string"}, "other": True}}
    check_schema(schema)
    assert [Draft202012Validator(schema).is_valid(answer) for answer in ("x", 3)] == [True, False]


@given(name=st.text("ab/~01%2F #é", max_size=5), written=st.text("ab/~01%2F #é", max_size=5))
@example(name="a/b", written="a/b")
def test_no_reference_is_taken_that_the_validator_does_not_find(name: str, written: str) -> None:
    schema = {"$ref": f"#/$defs/{written}", "$defs": {name: {"type": "string"}}}
    try:
        check_schema(schema)
    except UnusableSchema:
        return
    assert not Draft202012Validator(schema).is_valid(3)


@pytest.mark.parametrize("draft", [DRAFT_3, "http://json-schema.org/draft-07/schema#", "urn:another"])
def test_whatever_draft_it_names_the_rules_are_those_of_2020_12(draft: str) -> None:
    """So that `$ref` counts beside other keywords, as it does not in draft 7."""
    lines = {"type": "array", "$ref": "#/$defs/lines"}
    schema = {"$schema": draft, "properties": {"a": lines}, "$defs": {"lines": {"prefixItems": [{"const": 1}]}}}
    check_schema(schema)
    answers = ({"a": [1]}, {"a": [2]}, {"a": 3})
    assert [Draft202012Validator(schema).is_valid(answer) for answer in answers] == [True, False, False]


KEYWORDS = st.sampled_from(
    ["type", "items", "properties", "$ref", "$defs", "anyOf", "not", "enum", "required", "minimum", "prefixItems"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.just("#/$defs/a"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYWORDS | st.just("a"), inner, max_size=3),
    max_leaves=12,
)


@given(schema=st.dictionaries(KEYWORDS, JSON, max_size=4), answer=JSON)
def test_whatever_is_taken_can_be_checked_against(schema: dict[str, Any], answer: object) -> None:
    try:
        check_schema(schema)
    except UnusableSchema:
        return
    assert Draft202012Validator(schema).is_valid(answer) in {True, False}
