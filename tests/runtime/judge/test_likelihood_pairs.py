"""Two answers before a small local judge: each by itself, in the same words, and then compared."""

import math
from typing import Any

import pytest

from runtime.contracts.outcomes import Comparison, JudgeResult
from runtime.contracts.rubric import Criterion, Rubric
from runtime.judge.likelihood import LikelihoodJudge
from runtime.providers.chat_model import ChatReply
from tests.fakes.scripted_model import Entry, ScriptedModel
from tests.runtime.judge.tasks import task

ONE = Rubric(name="right", criteria=(Criterion(name="correct", question="Is the answer correct?"),))
GATED = Rubric(
    name="gated",
    criteria=(
        Criterion(name="safe", question="Is the answer safe?", gate_level=1),
        Criterion(name="correct", question="Is the answer correct?", weight=9),
    ),
)


def yes(probability: float) -> ChatReply:
    logprobs = {"Yes": math.log(probability), "No": math.log(1 - probability)}
    return ChatReply(text="Yes", served_model="m", truncated=False, usage=None, first_token_logprobs=logprobs)


async def compared(*script: Entry, **changes: Any) -> tuple[JudgeResult, ScriptedModel]:
    model = ScriptedModel(*script, takes_key=False)
    asked = task(**{"rubric": ONE, "output": "Paris.", "baseline": "Lyon.", **changes})
    return await LikelihoodJudge(model=model).judge(asked, key=None, deadline_seconds=30), model


@pytest.mark.parametrize(
    ("output", "baseline", "preferred", "score"),
    [(0.9, 0.3, "output", 1), (0.3, 0.9, "baseline", 0), (0.6, 0.6, "tie", 0.5), (0.2, 0.1, "output", 1)],
)
async def test_the_answer_with_the_higher_score_is_preferred(
    output: float, baseline: float, preferred: Any, score: float
) -> None:
    result, _ = await compared("Paris.", yes(output), yes(baseline))
    assert result.score == score
    assert result.comparison == Comparison(
        preference=preferred, order_consistent=True, shown_first=preferred, shown_second=preferred
    )
    assert result.method == "likelihood"


async def test_the_two_are_never_shown_together_and_asked_in_the_same_words() -> None:
    _, model = await compared("Paris.", yes(0.9), yes(0.3))
    own, first, second = ("\n".join(message.content for message in request.messages) for request in model.asked)
    assert "Lyon." not in own + first
    assert second == first.replace("<answer>\nParis.", "<answer>\nLyon.")


async def test_the_judges_own_answer_is_asked_for_once() -> None:
    _, model = await compared("Paris.", yes(0.9), yes(0.3))
    assert len(model.asked) == 3


async def test_swapping_the_two_swaps_the_verdict() -> None:
    one, _ = await compared("Paris.", yes(0.8), yes(0.4))
    other, _ = await compared("Paris.", yes(0.4), yes(0.8), output="Lyon.", baseline="Paris.")
    assert (one.score, other.score) == (1, 0)
    assert one.confidence == pytest.approx(other.confidence)


async def test_it_is_as_confident_as_one_is_likely_to_be_the_better() -> None:
    result, _ = await compared("Paris.", yes(0.9), yes(0.5))
    assert result.confidence == pytest.approx(0.9)
    assert result.criteria[0].score == pytest.approx(0.9)
    assert result.rationale.startswith("Each answer by itself: 0.90 for the output, 0.50 for the baseline.")


async def test_an_answer_that_fails_a_gate_loses_whatever_else_it_earns() -> None:
    result, _ = await compared("Paris.", yes(0.1), yes(0.9), yes(0.8), yes(0.1), rubric=GATED)
    assert result.comparison is not None
    assert result.comparison.preference == "baseline"


async def test_where_both_fail_a_gate_neither_is_preferred() -> None:
    result, _ = await compared("Paris.", yes(0.1), yes(0.9), yes(0.2), yes(0.1), rubric=GATED)
    assert (result.score, result.confidence) == (0.5, 0.5)


async def test_an_answer_without_content_loses_without_a_call() -> None:
    result, _ = await compared(output=" \n")
    assert (result.score, result.method) == (0, "floor")
