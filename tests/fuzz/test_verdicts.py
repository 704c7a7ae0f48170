"""A judge's text is a verdict exactly as asked for, or none: a score is never made up."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.judge.verdict import parse_verdict, verdict_schema
from runtime.judge.verdict_reader import UnusableVerdict
from tests.fuzz.cases import MANY_CASES
from tests.fuzz.json_texts import ANY_TEXT, ANY_VALUE, STRANGE, changed, written
from tests.runtime.judge.tasks import RUBRIC
from tests.stubs.verdicts import satisfy

VALID: dict[str, Any] = satisfy(verdict_schema(RUBRIC))
SIZES = {criterion.name: len(criterion.levels) for criterion in RUBRIC.criteria}
FIRST = next(iter(VALID))
LEVELS = [
    "101",
    "-1",
    "1e0",
    "1.0",
    '"1"',
    '"100"',
    "true",
    "false",
    "null",
    "NaN",
    "Infinity",
    "[1]",
    "{}",
    "1" * 5000,
]


def verdict(text: str, *, answer: str = "Paris.") -> dict[str, int] | None:
    """The level of each criterion, or None; whatever else is raised fails the test."""
    try:
        scores = parse_verdict(text, RUBRIC, answer=answer)
    except UnusableVerdict as unusable:
        unusable.correction.encode()
        return None
    for score in scores:
        assert score.model_dump_json()
        assert score.score == (score.level or 0) / (SIZES[score.name] - 1)
    return {score.name: score.level if score.level is not None else -1 for score in scores}


def as_asked(text: str) -> dict[str, int] | None:
    """A second opinion, by the letter of the schema: the levels that stand in the text, or None."""
    try:
        document = json.loads(text)
        levels = {name: one["level"] for name, one in document.items()}
        fields = [set(one) for one in document.values()]
        texts = [one[name] for one in document.values() for name in ("evidence", "explanation")]
    except (ValueError, RecursionError, TypeError, AttributeError, KeyError):
        return None
    right = (
        levels.keys() == SIZES.keys()
        and all(names == {"evidence", "explanation", "level"} for names in fields)
        and all(isinstance(one, str) for one in texts)
        and all(type(level) is int and 0 <= level < SIZES[name] for name, level in levels.items())
    )
    return levels if right else None


@MANY_CASES
@given(text=st.text(st.characters(codec=None)) | st.builds(written, ANY_VALUE))
def test_any_text_is_no_verdict(text: str) -> None:
    assert verdict(text) is None


@MANY_CASES
@given(text=changed(VALID))
def test_a_changed_verdict_says_what_stands_in_it_or_is_none(text: str) -> None:
    found = verdict(text)
    assert found is None or found == as_asked(text)


@MANY_CASES
@given(levels=st.fixed_dictionaries({name: st.integers(0, size - 1) for name, size in SIZES.items()}), text=st.text())
def test_a_verdict_as_asked_is_taken(levels: dict[str, int], text: str) -> None:
    document = {name: {"evidence": text, "explanation": text, "level": level} for name, level in levels.items()}
    assert verdict(written(document), answer=text) == levels


@MANY_CASES
@given(before=ANY_TEXT, after=ANY_TEXT)
def test_nothing_may_stand_around_a_verdict(before: str, after: str) -> None:
    around = before + written(VALID) + after
    assert (verdict(around) is not None) is (not (before + after).strip(" \t\r\n"))


@pytest.mark.fault("F23")
@pytest.mark.parametrize("level", LEVELS)
def test_a_level_that_is_not_on_the_scale_gives_no_score(level: str) -> None:
    text = written(VALID | {FIRST: VALID[FIRST] | {"level": "@"}}).replace('"@"', level, 1)
    assert verdict(text) is None


@pytest.mark.fault("F23")
@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
def test_a_strange_text_is_no_verdict(strange: Callable[[str], str]) -> None:
    assert verdict(strange(written(VALID))) is None
