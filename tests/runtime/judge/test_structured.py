"""The judge for large models: a score comes from a valid verdict, or there is none."""

import json
from typing import Any

import pytest
from pydantic import SecretStr

from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import Usage
from runtime.judge.ports import JudgeTask
from runtime.judge.structured import StructuredJudge
from runtime.judge.verdict import verdict_schema
from runtime.judge.verdict_calls import FIRST_BUDGET_TOKENS, SECOND_BUDGET_TOKENS
from runtime.providers.chat_model import ProviderError
from tests.fakes.scripted_model import HANGS, Entry, ScriptedModel, reply
from tests.runtime.judge.tasks import RUBRIC, TASK, task

KEY = SecretStr("gk-1")
GOOD = json.dumps(
    {
        "correct": {"evidence": "Paris", "explanation": "It is the capital.", "level": 1},
        "brief": {"evidence": "", "explanation": "Short enough.", "level": 1},
    }
)
CUT = reply(GOOD[:40], truncated=True)


class Bench:
    def __init__(self, *script: Entry) -> None:
        self.model = ScriptedModel(*script)
        self.judge = StructuredJudge(model=self.model)

    async def fails(self, judged: JudgeTask = TASK, *, deadline_seconds: float = 20) -> FailureReason:
        with pytest.raises(ProviderError) as caught:
            await self.judge.judge(judged, key=KEY, deadline_seconds=deadline_seconds)
        assert caught.value.__context__ is None or isinstance(caught.value.__context__, ProviderError)
        return caught.value.reason

    @property
    def budgets(self) -> list[int | None]:
        return [request.parameters.max_tokens for request in self.model.asked]


async def test_a_valid_verdict_becomes_a_score_computed_by_code() -> None:
    bench = Bench(GOOD)
    result = await bench.judge.judge(task(self_judged=True), key=KEY, deadline_seconds=20)
    assert result.score == 0.875
    assert [(found.name, found.score) for found in result.criteria] == [("correct", 1), ("brief", 0.5)]
    assert result.rationale == "correct: It is the capital.\nbrief: Short enough."
    assert (result.method, result.rubric) == ("structured_verdict", "geography@2")
    assert (result.requested_model, result.served_model) == ("google/gemini-x", "scripted-1")
    assert result.self_judged
    assert result.usage == Usage(input_tokens=11, output_tokens=7)
    assert result.comparison is None


async def test_a_gate_that_is_not_passed_makes_the_score_nothing() -> None:
    correct, brief = RUBRIC.criteria
    gated = RUBRIC.model_copy(update={"criteria": (correct, brief.model_copy(update={"gate_level": 2}))})
    result = await Bench(GOOD).judge.judge(task(rubric=gated), key=KEY, deadline_seconds=20)
    assert (result.score, [found.gate_failed for found in result.criteria]) == (0, [False, True])


async def test_the_call_asks_for_the_schema_and_sets_no_temperature() -> None:
    bench = Bench(GOOD)
    await bench.judge.judge(TASK, key=KEY, deadline_seconds=20)
    (request,) = bench.model.asked
    assert request.model == "gemini-x"
    assert request.json_schema == verdict_schema(RUBRIC)
    assert request.parameters.model_dump(exclude_none=True) == {"max_tokens": FIRST_BUDGET_TOKENS}


async def test_an_answer_without_content_costs_no_call() -> None:
    bench = Bench()
    result = await bench.judge.judge(task(output=" \n"), key=None, deadline_seconds=20)
    assert (result.score, result.method) == (0, "floor")
    assert not bench.model.asked


@pytest.mark.fault("F23")
async def test_an_unusable_verdict_is_corrected_once() -> None:
    bench = Bench("CANARY: nine out of ten", GOOD)
    result = await bench.judge.judge(TASK, key=KEY, deadline_seconds=20)
    assert result.score == 0.875
    assert result.usage == Usage(input_tokens=22, output_tokens=14)
    first, second = (request.messages[-1].content for request in bench.model.asked)
    assert "could not be used" not in first
    assert "it was not one JSON object" in second
    assert "CANARY" not in second


@pytest.mark.fault("F23")
async def test_unparseable_verdicts_leave_the_request_unscored() -> None:
    bench = Bench("nine out of ten", "still nine")
    assert await bench.fails() is FailureReason.UNPARSEABLE
    assert len(bench.model.asked) == 2


@pytest.mark.fault("F22")
async def test_a_cut_verdict_is_asked_again_with_more_room() -> None:
    bench = Bench(CUT, GOOD)
    assert (await bench.judge.judge(TASK, key=KEY, deadline_seconds=20)).score == 0.875
    assert bench.budgets == [FIRST_BUDGET_TOKENS, SECOND_BUDGET_TOKENS]


@pytest.mark.fault("F22")
async def test_a_verdict_cut_twice_is_truncated() -> None:
    bench = Bench(CUT, CUT)
    assert await bench.fails() is FailureReason.TRUNCATED
    assert len(bench.model.asked) == 2


async def test_a_whole_verdict_marked_as_cut_is_not_trusted() -> None:
    bench = Bench(reply(GOOD, truncated=True), reply(GOOD, truncated=True))
    assert await bench.fails() is FailureReason.TRUNCATED


@pytest.mark.parametrize("script", [(CUT, "bad", "bad"), ("bad", CUT, "bad"), ("bad", CUT, CUT), (CUT, "bad", CUT)])
async def test_no_mixture_of_mishaps_costs_more_than_three_calls(script: tuple[Entry, ...]) -> None:
    bench = Bench(*script)
    assert await bench.fails() in (FailureReason.UNPARSEABLE, FailureReason.TRUNCATED)
    assert len(bench.model.asked) == 3


async def test_after_both_mishaps_a_good_verdict_still_counts() -> None:
    bench = Bench(CUT, "bad", GOOD)
    assert (await bench.judge.judge(TASK, key=KEY, deadline_seconds=20)).score == 0.875
    assert bench.budgets[-1] == SECOND_BUDGET_TOKENS


@pytest.mark.parametrize(
    "reason", [FailureReason.AUTH, FailureReason.THROTTLED, FailureReason.BLOCKED, FailureReason.TRANSIENT]
)
async def test_a_providers_failure_is_passed_on_after_one_call(reason: FailureReason) -> None:
    bench = Bench(ProviderError(reason, retry_after_seconds=7))
    with pytest.raises(ProviderError) as caught:
        await bench.judge.judge(TASK, key=KEY, deadline_seconds=20)
    assert (caught.value.reason, caught.value.retry_after_seconds) == (reason, 7)
    assert len(bench.model.asked) == 1


async def test_a_judge_that_declines_has_failed_and_not_the_candidate() -> None:
    assert await Bench(ProviderError(FailureReason.REFUSED)).fails() is FailureReason.UNPARSEABLE


async def test_all_calls_share_one_deadline() -> None:
    bench = Bench("bad", GOOD)
    await bench.judge.judge(TASK, key=KEY, deadline_seconds=20)
    first, second = bench.model.deadlines_seconds
    assert second < first <= 20


async def test_a_silent_judge_ends_with_the_deadline() -> None:
    assert await Bench("bad", HANGS).fails(deadline_seconds=0.2) is FailureReason.TIMEOUT


async def test_without_time_left_nothing_is_asked() -> None:
    bench = Bench()
    assert await bench.fails(deadline_seconds=0) is FailureReason.TIMEOUT
    assert not bench.model.asked


async def test_every_call_has_a_fence_of_its_own() -> None:
    bench = Bench("bad", GOOD)
    await bench.judge.judge(TASK, key=KEY, deadline_seconds=20)
    assert bench.model.asked[0].messages[0] != bench.model.asked[1].messages[0]


async def test_each_reply_that_a_verdict_took_is_heard() -> None:
    bench = Bench("bad", GOOD)
    heard: list[Any] = []
    await bench.judge.judge(TASK, key=KEY, deadline_seconds=20, on_reply=heard.append)
    assert [reply.text for reply in heard] == ["bad", GOOD]
