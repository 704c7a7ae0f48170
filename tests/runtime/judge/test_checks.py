"""What decides without a judge: an answer that is the reference, and one that is not the JSON asked for."""

import json
from typing import Any

import pytest

from runtime.contracts.answer_schema import MOST_NODES, schema_nodes
from runtime.contracts.evaluation import CascadeSettings
from runtime.contracts.outcomes import JudgeResult, Method
from runtime.judge.checks import MOST_REPEATED_CHARS, MOST_STEPS, checked, same_text
from tests.runtime.judge.tasks import task

OBJECT = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}


async def check(output: str, *, reference: str | None = None, **settings: Any) -> JudgeResult | None:
    return await checked(CascadeSettings(**settings), task(output=output, reference=reference))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Paris.", " paris. \n", True),
        ("New\u00a0York\t city", "new york CITY", True),
        ("\uff30aris", "Paris", True),
        ("cafe\u0301", "caf\u00e9", True),
        ("STRASSE", "stra\u00dfe", True),
        ("Paris", "Paris.", False),
        ("New York", "NewYork", False),
        ("4", "4.0", False),
        ("1\u00b2", "1\u00b3", False),
    ],
)
def test_case_white_space_and_forms_of_a_character_make_no_difference(one: str, other: str, same: bool) -> None:
    assert same_text(one, other) is same_text(other, one) is same


async def test_an_answer_that_is_the_reference_scores_one_and_costs_nothing() -> None:
    result = await check("PARIS", reference="Paris", exact_match=True)
    assert result is not None
    assert (result.score, result.method, result.usage, result.served_model) == (1, Method.EXACT_MATCH, None, None)
    assert [(one.score, one.level) for one in result.criteria] == [(1, 1), (1, 2)]


async def test_another_answer_is_no_zero_but_takes_a_judge() -> None:
    assert await check("The city of Paris", reference="Paris", exact_match=True) is None
    assert await check("PARIS", reference="Paris") is None


@pytest.mark.parametrize(
    "output",
    [
        "Paris",
        "",
        '{"town": "Paris"}',
        '{"city": 3}',
        '["Paris"]',
        '```json\n{"city": "Paris"}\n```',
        '{"city": "Paris"} and so on',
        '{"city": NaN}',
        "9" * 3000,
        "[" * 100 + "]" * 100,
    ],
)
async def test_what_is_not_json_of_the_schema_scores_nothing(output: str) -> None:
    result = await check(output, json_schema=OBJECT)
    assert result is not None
    assert (result.score, result.method) == (0, Method.SCHEMA_CHECK)
    assert [(one.score, one.level) for one in result.criteria] == [(0, 0), (0, 0)]


@pytest.mark.parametrize("output", ['{"city": "Paris"}', ' {"city": "Paris", "more": [1]}\n'])
async def test_json_of_the_schema_goes_on_to_a_judge(output: str) -> None:
    assert await check(output, json_schema=OBJECT) is None


@pytest.mark.parametrize(
    "output", ["[" * 50_000 + "]" * 50_000, "[" * 100_000, "9" * 5000, "-" + "9" * 5000, "1e999", '{"city": -1e999}']
)
async def test_what_our_reader_cannot_hold_is_no_zero(output: str) -> None:
    assert await check(output, json_schema=OBJECT) is None


async def test_one_with_too_many_values_to_be_checked_is_no_zero() -> None:
    most = MOST_STEPS // schema_nodes(OBJECT)
    assert await check(json.dumps(["x"] * most), json_schema=OBJECT) is None
    assert await check(json.dumps(["x"] * (most - 1)), json_schema=OBJECT) is not None


async def test_one_too_long_to_be_checked_is_no_zero() -> None:
    most = MOST_REPEATED_CHARS // schema_nodes(OBJECT)
    assert await check(json.dumps("x" * (most - 1)), json_schema=OBJECT) is None
    assert await check(json.dumps("x" * (most - 2)), json_schema=OBJECT) is not None


async def test_a_schema_larger_than_is_taken_today_gives_no_zero() -> None:
    assert await check("3", json_schema={"enum": ["x"] * MOST_NODES}) is None


async def test_the_reference_counts_before_the_schema() -> None:
    result = await check("Paris", reference="Paris", exact_match=True, json_schema=OBJECT)
    assert result is not None
    assert result.method is Method.EXACT_MATCH
