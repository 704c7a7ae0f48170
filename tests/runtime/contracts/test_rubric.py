"""A rubric that could not be scored is refused when it is written."""

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.contracts.rubric import Criterion, Rubric

GOOD: dict[str, Any] = {"name": "correct", "question": "Is it correct?"}


def test_a_criterion_is_yes_or_no_unless_it_says_otherwise() -> None:
    assert Criterion(**GOOD).levels == ("no", "yes")
    assert Criterion(**GOOD).weight == 1


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "Correct"},
        {"name": "1st"},
        {"name": "two words"},
        {"name": "x" * 41},
        {"question": ""},
        {"question": "x" * 501},
        {"weight": 0},
        {"weight": -1},
        {"weight": 1001},
        {"weight": float("nan")},
        {"weight": float("inf")},
        {"levels": ("only",)},
        {"levels": tuple("abcdefgh")},
        {"levels": ("", "yes")},
        {"levels": ("no", "x" * 201)},
        {"unknown": 1},
    ],
    ids=repr,
)
def test_a_criterion_that_cannot_be_scored_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Criterion(**(GOOD | change))


def test_criteria_need_different_names() -> None:
    with pytest.raises(ValidationError, match="different names"):
        Rubric(name="twice", criteria=(Criterion(**GOOD), Criterion(**GOOD)))


@pytest.mark.parametrize("count", [0, 13])
def test_a_rubric_has_one_to_twelve_criteria(count: int) -> None:
    with pytest.raises(ValidationError):
        Rubric(name="many", criteria=tuple(Criterion(name=f"c{index}", question="?") for index in range(count)))


def test_a_rubric_is_named_with_its_version() -> None:
    assert Rubric(name="mine", version=3, criteria=(Criterion(**GOOD),)).label == "mine@3"


def test_an_error_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(ValidationError) as caught:
        Criterion(**(GOOD | {"levels": ("CANARY" * 40, "yes")}))
    assert "CANARY" not in str(caught.value)
