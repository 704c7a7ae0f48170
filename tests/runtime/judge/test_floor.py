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


@pytest.mark.parametrize(
    ("output", "baseline", "score", "preference"),
    [("", "London", 0, "baseline"), ("Paris", "-" * 40, 1, "output"), (" ", "", 0.5, "tie")],
)
def test_an_answer_without_content_loses_to_one_with_and_ties_with_its_like(
    output: str, baseline: str, score: float, preference: str
) -> None:
    result = floored(task(output=output, baseline=baseline))
    assert result is not None
    assert result.comparison is not None
    assert (result.score, result.method, result.comparison.preference) == (score, "floor", preference)
    assert result.comparison.order_consistent
    assert {found.score for found in result.criteria} == {score}


@pytest.mark.parametrize(("output", "reference"), [("Paris", None), ("", "-" * 40)])
def test_two_answers_with_content_or_a_reference_without_leave_it_to_the_judge(
    output: str, reference: str | None
) -> None:
    assert floored(task(output=output, baseline="London", reference=reference)) is None


def test_the_floor_passes_no_gate() -> None:
    gated = RUBRIC.model_copy(
        update={"criteria": tuple(one.model_copy(update={"gate_level": 1}) for one in RUBRIC.criteria)}
    )
    result = floored(task(output="", rubric=gated))
    assert result is not None
    assert all(found.gate_failed for found in result.criteria)
