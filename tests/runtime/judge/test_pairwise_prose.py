"""A judge that ignores the schema may still state a verdict, once it has been told."""

import pytest
from pydantic import SecretStr

from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ChatReply, ChatRequest, ProviderError
from tests.fakes.scripted_model import reply
from tests.runtime.judge.pairs import compare, judge_of, pair_reply, shown
from tests.runtime.judge.tasks import task


async def praises_paris(request: ChatRequest) -> ChatReply:
    place = shown(request).index("Paris.") + 1
    return reply(f"Both are short. Answer {place} is better.")


async def test_prose_after_the_correction_is_read_and_named_so() -> None:
    judge, model = judge_of(*[praises_paris] * 4)
    result = await judge.judge(task(baseline="London."), key=SecretStr("gk-1"), deadline_seconds=20)
    assert (result.score, result.method) == (1, "prose_verdict")
    assert result.comparison is not None
    assert result.comparison.order_consistent
    assert [(found.name, found.score) for found in result.criteria] == [("overall", 1)]
    assert "Answer 1 is better" in (result.criteria[0].explanation or "")
    assert len(model.asked) == 4


async def test_one_order_in_prose_is_enough_to_say_nothing_of_single_criteria() -> None:
    async def first_is_told(request: ChatRequest) -> ChatReply:
        return await praises_paris(request) if shown(request)[0] == "Paris." else reply(pair_reply("second", "second"))

    result = await compare(*[first_is_told] * 3)
    assert (result.score, result.method, len(result.criteria)) == (1, "prose_verdict", 1)


@pytest.mark.parametrize("prose", ["Both have their merits.", '{"winner": "answer 1 is better"}', ""])
async def test_what_states_no_verdict_is_none(prose: str) -> None:
    with pytest.raises(ProviderError) as caught:
        await compare(*[prose] * 4)
    assert caught.value.reason is FailureReason.UNPARSEABLE


async def test_a_judge_that_made_up_its_evidence_cannot_do_without_it_in_prose() -> None:
    made_up = pair_reply(first_evidence="Rome")
    with pytest.raises(ProviderError) as caught:
        await compare(*[made_up, "Answer 1 is better."] * 2)
    assert caught.value.reason is FailureReason.UNPARSEABLE


async def test_prose_that_is_no_unicode_can_be_stored() -> None:
    result = await compare(*["\ud800 It is a tie."] * 4)
    assert result.score == 0.5
    assert result.model_dump_json()
