"""Several judges of one answer: who is asked, what a vote weighs, and when there is no verdict."""

import math
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.evaluation import JurorSettings
from runtime.contracts.failures import POLICIES, FailureReason, Retry
from runtime.contracts.outcomes import CriterionScore, JudgeResult, Method, Usage
from runtime.judge.jury import ask_jury
from runtime.providers.chat_model import ProviderError
from tests.runtime.judge.asked import Asked, Script, compared, judged, votes
from tests.runtime.judge.tasks import task

A, B, C = "google/a", "google/b", "local/c"
RETRIED = [reason for reason in FailureReason if POLICIES[reason].retry is not Retry.NEVER]


def members(**accuracies: float) -> tuple[JurorSettings, ...]:
    names = {"a": A, "b": B, "c": C}
    return tuple(JurorSettings(model=names[name], accuracy=accuracy) for name, accuracy in accuracies.items())


async def verdict(jury: tuple[JurorSettings, ...], script: Script, *, baseline: str | None = None) -> JudgeResult:
    return await ask_jury(jury, task(baseline=baseline), votes(Asked(script)))


async def refusal(jury: tuple[JurorSettings, ...], script: Script) -> FailureReason:
    with pytest.raises(ProviderError) as caught:
        await verdict(jury, script)
    return caught.value.reason


async def test_the_score_is_the_mean_by_weight() -> None:
    result = await verdict(members(a=0.9, b=0.75), {A: judged(1), B: judged(0.4)})
    expected = (math.log(9) * 1 + math.log(3) * 0.4) / (math.log(9) + math.log(3))
    assert result.score == pytest.approx(expected)
    assert [(one.name, one.weight) for one in result.criteria] == [("correct", 2)]
    assert result.criteria[0].score == pytest.approx(expected)
    assert (result.method, result.served_model) == (Method.JURY, None)


async def test_each_voter_tells_how_its_score_came_about() -> None:
    script: Script = {A: judged(1, method=Method.LIKELIHOOD), B: judged(1), C: FailureReason.UNPARSEABLE}
    result = await verdict(members(a=0.9, b=0.8, c=0.6), script)
    assert [one.method for one in result.jury] == [Method.LIKELIHOOD, Method.STRUCTURED_VERDICT, None]


async def test_all_are_asked_at_once_and_one_no_better_than_chance_is_not_asked() -> None:
    asked = Asked({A: judged(1), B: judged(1)})
    result = await ask_jury(members(c=0.5, a=0.9, b=0.8), task(), votes(asked))
    assert (sorted(asked.models), asked.at_once) == ([A, B], 2)
    assert [(one.model, one.part, one.accuracy) for one in result.jury] == [
        (C, "dropped", 0.5),
        (A, "voted", 0.9),
        (B, "voted", 0.8),
    ]
    assert (result.jury[0].weight, result.jury[0].reason) == (0, "not better than chance")


@pytest.mark.fault("F58")
async def test_who_fails_for_good_abstains_with_the_reason() -> None:
    result = await verdict(members(a=0.9, b=0.6), {A: judged(0.7), B: FailureReason.UNPARSEABLE})
    assert result.score == pytest.approx(0.7)
    abstained = result.jury[1]
    assert (abstained.part, abstained.reason, abstained.score) == ("abstained", "judge_unparseable", None)
    assert "google/b: abstained, judge_unparseable" in result.rationale


@pytest.mark.parametrize("reason", RETRIED)
async def test_what_may_go_better_next_time_ends_the_attempt_and_what_the_others_said_is_kept(
    reason: FailureReason,
) -> None:
    jury = members(a=0.9, b=0.6, c=0.6)
    script: dict[str, JudgeResult | FailureReason] = {A: judged(1), B: judged(0), C: FailureReason.BLOCKED}
    first = votes(Asked(script | {B: reason}))
    with pytest.raises(ProviderError) as caught:
        await ask_jury(jury, task(), first)
    assert (caught.value.reason, caught.value.retry_after_seconds) == (reason, 9)
    again = Asked(script)
    result = await ask_jury(jury, task(), replace(first, ask=again))
    assert again.models == [B]
    assert [one.part for one in result.jury] == ["voted", "voted", "abstained"]
    assert result.cost_usd == 0.5


@pytest.mark.fault("F58")
@pytest.mark.parametrize("reason", RETRIED)
async def test_who_was_asked_often_enough_abstains(reason: FailureReason) -> None:
    asked = Asked({A: judged(0.7), B: reason})
    result = await ask_jury(members(a=0.9, b=0.6), task(), votes(asked, last_attempt=True))
    assert result.score == pytest.approx(0.7)
    assert (result.jury[1].part, result.jury[1].reason) == ("abstained", reason)


async def test_of_two_failures_the_one_that_costs_an_attempt_is_told() -> None:
    script: Script = {A: FailureReason.THROTTLED, B: FailureReason.TRANSIENT, C: FailureReason.THROTTLED}
    assert await refusal(members(a=0.9, b=0.6, c=0.6), script) is FailureReason.TRANSIENT


@pytest.mark.parametrize(
    ("accuracies", "script", "reason"),
    [
        ({"a": 0.9, "b": 0.6}, {A: FailureReason.UNPARSEABLE, B: judged(1)}, FailureReason.NO_QUORUM),
        ({"a": 0.9, "b": 0.6}, {A: FailureReason.TRUNCATED, B: FailureReason.UNPARSEABLE}, FailureReason.NO_QUORUM),
        ({"a": 0.9, "b": 0.6}, {A: FailureReason.AUTH, B: FailureReason.AUTH}, FailureReason.AUTH),
        ({"a": 0.5, "b": 0.4}, {}, FailureReason.NO_QUORUM),
    ],
)
async def test_with_less_than_half_of_the_weight_there_is_no_verdict(
    accuracies: dict[str, float], script: Script, reason: FailureReason
) -> None:
    assert await refusal(members(**accuracies), script) is reason


async def test_half_of_the_weight_is_a_quorum() -> None:
    assert (await verdict(members(a=0.8, b=0.8), {A: judged(1), B: FailureReason.BLOCKED})).score == 1


@pytest.mark.parametrize(
    ("votes", "score", "confidence"),
    [
        ({A: ("output", "output"), B: ("baseline", "baseline"), C: ("baseline", "baseline")}, 1, 9 / 13),
        ({A: ("output", "baseline"), B: ("baseline", "baseline"), C: ("tie", "tie")}, 0, 2 / 13),
        ({A: ("tie", "tie"), B: ("output", "output"), C: ("baseline", "baseline")}, 0.5, 9 / 13),
    ],
)
async def test_of_pairs_the_weighted_vote_decides(
    votes: Mapping[str, tuple[str, str]], score: float, confidence: float
) -> None:
    # Weights of 9 : 2 : 2, in units of log 2.
    jury = members(a=2**9 / (2**9 + 1), b=4 / 5, c=4 / 5)
    result = await verdict(jury, {model: compared(*shown) for model, shown in votes.items()}, baseline="Lyon.")
    assert result.score == score
    assert result.confidence == pytest.approx(confidence)
    assert result.comparison is not None
    assert result.comparison.preference == {1: "output", 0: "baseline", 0.5: "tie"}[score]


BOTH, FLIP, BACK = ("output", "output"), ("output", "baseline"), ("baseline", "output")


@pytest.mark.parametrize(
    ("votes", "accuracies", "comparison"),
    [
        ((BOTH, FLIP), (0.6, 0.9), ("output", "output", "baseline", False)),
        ((BOTH, BACK), (0.6, 0.9), ("output", "baseline", "output", False)),
        ((BOTH, FLIP), (0.9, 0.6), ("output", "output", "output", True)),
        ((FLIP, FLIP), (0.9, 0.6), ("tie", "output", "baseline", False)),
        ((FLIP, BACK), (0.7, 0.7), ("tie", "tie", "tie", True)),
        ((FLIP, BACK, ("output", "tie")), (0.7, 0.7, 0.7), ("tie", "output", "tie", False)),
        # Nobody kept to a preference, though each order by itself has the same winner.
        ((("output", "tie"), ("tie", "output")), (0.7, 0.7), ("tie", "output", "output", False)),
    ],
)
async def test_a_jury_keeps_to_its_preference_where_both_orders_voted_for_it(
    votes: tuple[tuple[str, str], ...], accuracies: tuple[float, ...], comparison: tuple[object, ...]
) -> None:
    jury = members(**dict(zip("abc", accuracies, strict=False)))
    script = {member.model: compared(*shown) for member, shown in zip(jury, votes, strict=True)}
    found = (await verdict(jury, script, baseline="Lyon.")).comparison
    assert found is not None
    assert (found.preference, found.shown_first, found.shown_second, found.order_consistent) == comparison


@pytest.mark.parametrize(("low", "confidence"), [(0.4, 2 / 3), (0.5, 1)])
async def test_its_confidence_is_the_share_of_the_weight_on_the_scores_side(low: float, confidence: float) -> None:
    result = await verdict(members(a=0.8, b=2 / 3), {A: judged(0.9), B: judged(low)})
    assert result.confidence == pytest.approx(confidence)


async def test_usage_and_cost_are_summed_and_a_missing_price_leaves_no_sum() -> None:
    both = await verdict(members(a=0.9, b=0.8), {A: judged(1), B: judged(1)})
    assert (both.usage, both.cost_usd) == (Usage(input_tokens=20, output_tokens=10), 0.5)
    assert [one.cost_usd for one in both.jury] == [0.25, 0.25]
    one = await verdict(members(a=0.9, b=0.8), {A: judged(1), B: judged(1, cost_usd=None)})
    assert (one.usage, one.cost_usd) == (Usage(input_tokens=20, output_tokens=10), None)


async def test_what_is_true_of_one_member_is_true_of_the_jury() -> None:
    script = {
        A: judged(1, prompt_hash="x"),
        B: judged(1, self_judged=True, same_family=True, prompt_hash="x"),
    }
    result = await verdict(members(a=0.9, b=0.8), script)
    assert (result.self_judged, result.same_family, result.prompt_hash) == (True, True, "x")
    assert (await verdict(members(a=0.9, b=0.8), {**script, B: judged(1)})).prompt_hash is None


async def test_a_gate_has_failed_where_most_of_the_weight_says_so() -> None:
    failed = judged(0, criteria=(CriterionScore(name="correct", weight=2, score=0, gate_failed=True),))
    most = await verdict(members(a=0.9, b=0.6), {A: failed, B: judged(1)})
    assert (most.criteria[0].gate_failed, most.score) == (True, 0)
    few = await verdict(members(a=0.9, b=0.6), {A: judged(1), B: failed})
    assert (few.criteria[0].gate_failed, few.score > 0.8) == (False, True)


@given(accuracies=st.tuples(*[st.floats(0.51, 0.99)] * 2), scores=st.tuples(*[st.floats(0, 1)] * 2))
async def test_no_jury_scores_outside_of_its_voters_scores(
    accuracies: tuple[float, float], scores: tuple[float, float]
) -> None:
    jury = members(a=accuracies[0], b=accuracies[1])
    result = await verdict(jury, {A: judged(scores[0]), B: judged(scores[1])})
    assert min(scores) - 1e-9 <= result.score <= max(scores) + 1e-9
    assert result.confidence is not None
    assert 0 < result.confidence <= 1
