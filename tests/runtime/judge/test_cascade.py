"""A cheap judge first: when its verdict is enough, when the better one is asked, and when a human should look."""

from typing import Any

import pytest

from runtime.contracts.evaluation import CascadeSettings
from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import JudgeResult, Usage
from runtime.judge.cascade import ask_cascade
from runtime.providers.chat_model import ProviderError
from tests.runtime.judge.asked import Asked, Script, judged, votes
from tests.runtime.judge.tasks import task

CHEAP, LAST = "local/cheap", "google/good"


async def cascaded(script: Script, *, last_attempt: bool = False, **settings: Any) -> tuple[JudgeResult, list[str]]:
    asked = Asked(script)
    result = await ask_cascade(
        CascadeSettings(**{"first": CHEAP, **settings}), LAST, task(), votes(asked, last_attempt=last_attempt)
    )
    return result, asked.models


@pytest.mark.parametrize("confidence", [0.8, 1])
async def test_a_first_judge_that_is_sure_decides(confidence: float) -> None:
    first = judged(0.9, confidence=confidence)
    result, asked = await cascaded({CHEAP: first})
    assert asked == [CHEAP]
    assert (result.score, result.cost_usd, result.needs_human) == (0.9, 0.25, False)
    assert [(step.model, step.part, step.confidence) for step in result.jury] == [(CHEAP, "voted", confidence)]


@pytest.mark.parametrize("confidence", [0.79, 0, None])
async def test_one_that_is_not_sure_or_does_not_say_is_followed_by_the_last(confidence: float | None) -> None:
    result, asked = await cascaded({CHEAP: judged(0.9, confidence=confidence), LAST: judged(0.2, confidence=0.9)})
    assert asked == [CHEAP, LAST]
    assert (result.score, result.needs_human) == (0.2, False)
    assert [(step.model, step.part, step.score) for step in result.jury] == [
        (CHEAP, "escalated", 0.9),
        (LAST, "voted", 0.2),
    ]
    assert (result.usage, result.cost_usd) == (Usage(input_tokens=20, output_tokens=10), 0.5)
    assert result.duration_ms == 60


async def test_one_that_fails_for_good_is_followed_by_the_last() -> None:
    result, _ = await cascaded({CHEAP: FailureReason.UNPARSEABLE, LAST: judged(0.2)})
    assert (result.score, result.jury[0].part, result.jury[0].reason) == (0.2, "escalated", "judge_unparseable")


async def test_one_that_keeps_failing_is_followed_by_the_last_at_the_last_attempt() -> None:
    result, _ = await cascaded({CHEAP: FailureReason.TRANSIENT, LAST: judged(0.2)}, last_attempt=True)
    assert (result.score, result.jury[0].part, result.jury[0].reason) == (0.2, "escalated", "transient")


@pytest.mark.parametrize("failing", [CHEAP, LAST])
async def test_what_may_go_better_next_time_is_asked_again(failing: str) -> None:
    script: Script = {CHEAP: judged(1, confidence=0), LAST: judged(1), failing: FailureReason.TIMEOUT}
    with pytest.raises(ProviderError) as caught:
        await cascaded(script)
    assert caught.value.reason is FailureReason.TIMEOUT


async def test_a_last_judge_that_fails_leaves_no_score_although_the_first_had_one() -> None:
    with pytest.raises(ProviderError) as caught:
        await cascaded({CHEAP: judged(1, confidence=0.7), LAST: FailureReason.BLOCKED})
    assert caught.value.reason is FailureReason.BLOCKED


@pytest.mark.parametrize(("confidence", "human"), [(0.5, True), (0.8, False), (None, False)])
async def test_a_human_is_asked_for_where_the_last_judge_says_that_it_is_not_sure(
    confidence: float | None, human: bool
) -> None:
    result, asked = await cascaded({LAST: judged(1, confidence=confidence)}, first=None)
    assert asked == [LAST]
    assert result.needs_human is human
    assert [step.part for step in result.jury] == ["voted"]
