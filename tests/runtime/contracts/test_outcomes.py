"""A score lies between 0 and 1, or there is none."""

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.contracts.outcomes import CriterionScore, JudgeResult, Usage

RESULT: dict[str, Any] = {
    "score": 0.5,
    "criteria": (CriterionScore(name="correct", weight=1, score=0.5),),
    "rationale": "half right",
    "method": "structured_verdict",
    "rubric": "mine@1",
    "requested_model": "google/gemini-x",
    "served_model": None,
}


@pytest.mark.parametrize("score", [0, 0.5, 1])
def test_a_score_on_the_scale_survives_the_wire(score: float) -> None:
    result = JudgeResult(**(RESULT | {"score": score}))
    assert JudgeResult.model_validate_json(result.model_dump_json()) == result


@pytest.mark.parametrize("score", [-0.01, 1.01, 85, float("nan"), float("inf"), "high", None])
def test_no_score_lies_beside_the_scale(score: Any) -> None:
    with pytest.raises(ValidationError):
        JudgeResult(**(RESULT | {"score": score}))
    with pytest.raises(ValidationError):
        CriterionScore(name="correct", weight=1, score=score)


def test_a_result_without_criteria_is_none() -> None:
    with pytest.raises(ValidationError):
        JudgeResult(**(RESULT | {"criteria": ()}))


@pytest.mark.parametrize("tokens", [-1, 1.5, "many"])
def test_tokens_are_counted_in_whole_numbers_from_zero(tokens: Any) -> None:
    with pytest.raises(ValidationError):
        Usage(input_tokens=tokens, output_tokens=0)
