"""An answer without content scores 0 without a judge; whatever may be an answer is judged."""

import pytest

from runtime.judge.floor import REPEATS, floored, is_degenerate
from tests.runtime.judge.tasks import RUBRIC, task


@pytest.mark.parametrize(
    "text",
    ["", " ", "\n\t \r", "\u200b\u200d\ufeff", "\u00a0\u2003\u3000", "\0", "a" * REPEATS, "- " * REPEATS, "…" * 99],
)
def test_nothing_but_blanks_or_one_character_is_no_answer(text: str) -> None:
    assert is_degenerate(text)


@pytest.mark.parametrize(
    "text", ["4", "No", "77", "!!!", "\U0001f44d", "0", ".", "x" * (REPEATS - 1), "a" * 500 + "b", "日本", "ha " * 50]
)
def test_what_may_be_an_answer_is_judged(text: str) -> None:
    assert not is_degenerate(text)
    assert floored(task(output=text)) is None


def test_the_floor_is_a_score_of_its_own_method() -> None:
    result = floored(task(output="  \n", self_judged=True))
    assert result is not None
    assert (result.score, result.method, result.served_model, result.usage) == (0, "floor", None, None)
    assert (result.rubric, result.self_judged) == ("geography@2", True)
    assert [(found.name, found.score, found.level) for found in result.criteria] == [
        (criterion.name, 0, 0) for criterion in RUBRIC.criteria
    ]


def test_where_the_reference_is_of_the_same_kind_the_answer_is_judged() -> None:
    assert floored(task(output="-" * 40, reference="-" * 80)) is None
    assert floored(task(output="-" * 40, reference="Paris")) is not None
