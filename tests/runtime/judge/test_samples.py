"""Several verdicts on one answer are one result: their mean, and no verdict that failed."""

import asyncio
import math
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from runtime.contracts.evaluation import JudgeSettings
from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import CriterionScore, JudgeResult, Usage
from runtime.contracts.rubric import Criterion, Rubric
from runtime.contracts.rubrics import DEFAULT_RUBRIC
from runtime.judge.ports import JudgeTask, OnReply, unheard
from runtime.judge.samples import AT_ONCE, T_QUANTILES, SampledJudge, least_deviation, most_common, spread
from runtime.providers.chat_model import ProviderError
from tests.contract.evaluations import verdict
from tests.fakes.scripted_model import reply
from tests.runtime.judge.bench import ScriptedJudge
from tests.runtime.judge.tasks import task

KEY = SecretStr("gk-1")
BROKEN = ProviderError(FailureReason.UNPARSEABLE)
SCORES = st.lists(st.floats(min_value=0, max_value=1), min_size=1, max_size=9)


async def sampled(*script: JudgeResult | ProviderError, judge: ScriptedJudge | None = None) -> JudgeResult:
    one = judge or ScriptedJudge(*script)
    return await SampledJudge(one=one).judge(task(samples=len(one.script)), key=KEY, deadline_seconds=20)


async def test_the_score_is_the_mean_with_its_interval() -> None:
    result = await sampled(verdict(0.5), verdict(0.75), verdict(1))
    assert result.score == 0.75
    assert result.samples is not None
    assert (result.samples.scores, result.samples.failed) == ((0.5, 0.75, 1), 0)
    assert result.samples.standard_deviation == pytest.approx(0.25)
    # 0.75 +/- 4.303 * 0.25 / sqrt(3) = 0.75 +/- 0.621
    assert result.samples.low == pytest.approx(0.129, abs=0.001)
    assert result.samples.high == 1
    assert result.confidence == pytest.approx(1 - (1 - 0.129), abs=0.001)
    assert [found.score for found in result.criteria] == [0.75]


async def test_a_deviation_below_the_steps_of_the_scale_is_taken_for_one_of_them() -> None:
    result = await sampled(*[verdict(1)] * 3)
    # Weights 3 and 1, steps of 1 and 1/2: hypot(0.75, 0.125) / sqrt(12) = 0.2195; 1 - 4.303 * 0.2195 / sqrt(3)
    assert result.samples is not None
    assert (result.samples.standard_deviation, result.samples.high) == (0, 1)
    assert result.samples.low == pytest.approx(0.4547, abs=0.0001)
    assert result.confidence == pytest.approx(result.samples.low)


@pytest.mark.parametrize("score", [0, 0.5, 1])
async def test_the_more_verdicts_agree_the_surer_is_their_mean(score: float) -> None:
    found = [(await sampled(*[verdict(score)] * n)).confidence or 0 for n in range(2, 10)]
    assert found[0] == 0
    assert found == sorted(found)
    assert 0.6 < found[-1] < 1


def test_a_finer_scale_leaves_less_doubt() -> None:
    def one(levels: int) -> Rubric:
        anchors = tuple(map(str, range(levels)))
        return Rubric(name="one", criteria=(Criterion(name="one", question="Is it?", levels=anchors),))

    assert least_deviation(one(2)) == pytest.approx(1 / math.sqrt(12))
    assert least_deviation(one(7)) == pytest.approx(1 / 6 / math.sqrt(12))


async def test_the_words_are_those_of_the_verdict_nearest_to_the_mean() -> None:
    near = verdict(0.5).model_copy(update={"rationale": "the middle one"})
    assert (await sampled(verdict(0), near, verdict(0.9))).rationale == "the middle one"


def at_level(level: int, *, gate_failed: bool) -> JudgeResult:
    found = CriterionScore(name="correct", weight=1, score=level / 2, level=level, gate_failed=gate_failed)
    return verdict(0 if gate_failed else level / 2).model_copy(update={"criteria": (found,)})


async def test_a_criterion_keeps_its_step_and_its_failed_gate_where_all_agree() -> None:
    result = await sampled(*[at_level(1, gate_failed=True)] * 2)
    assert (result.score, result.criteria[0].level, result.criteria[0].gate_failed) == (0, 1, True)


async def test_a_criterion_on_which_they_differ_is_on_no_step_and_failed_no_gate() -> None:
    result = await sampled(at_level(1, gate_failed=True), at_level(2, gate_failed=False))
    assert (result.score, result.criteria[0].score) == (0.5, 0.75)
    assert (result.criteria[0].level, result.criteria[0].gate_failed) == (None, False)


@given(scores=SCORES, failures=st.integers(0, 4), seed=st.randoms())
def test_a_sample_that_failed_moves_no_mean(scores: list[float], failures: int, seed: object) -> None:
    failures = min(failures, len(scores), 9 - len(scores))
    script: list[JudgeResult | ProviderError] = [*map(verdict, scores), *[BROKEN] * failures]
    seed.shuffle(script)  # type: ignore[attr-defined]
    with_failures = asyncio.run(sampled(*script))
    without = asyncio.run(sampled(*[one for one in script if isinstance(one, JudgeResult)]))
    assert with_failures.score == without.score
    assert with_failures.criteria == without.criteria
    if len(script) > 1:
        assert with_failures.samples is not None
        assert with_failures.samples.failed == failures


@given(SCORES)
def test_the_mean_and_its_interval_stay_on_the_scale(scores: list[float]) -> None:
    found = spread(scores, failed=0, least_deviation=0.2)
    mean = math.fsum(scores) / len(scores)
    assert 0 <= found.low <= mean + 1e-9
    assert mean - 1e-9 <= found.high <= 1


async def test_one_verdict_alone_says_nothing_of_the_spread() -> None:
    result = await sampled(verdict(0.5), BROKEN)
    assert result.samples is not None
    assert (result.score, result.samples.low, result.samples.high, result.confidence) == (0.5, 0, 1, 0)


@pytest.mark.parametrize("came", [0, 1])
async def test_fewer_than_half_are_no_score(came: int) -> None:
    auth = ProviderError(FailureReason.AUTH)
    with pytest.raises(ProviderError) as caught:
        await sampled(auth, BROKEN, BROKEN, *[verdict(1)] * came)
    assert caught.value.reason is FailureReason.UNPARSEABLE


def test_of_the_most_common_failure_the_longest_wait_counts() -> None:
    waits: Sequence[float | None] = (None, 7, 3)
    throttled = [ProviderError(FailureReason.THROTTLED, retry_after_seconds=wait) for wait in waits]
    assert most_common([BROKEN, *throttled]).retry_after_seconds == 7


async def test_a_bug_is_no_failed_sample() -> None:
    with pytest.raises(ExceptionGroup, match="TaskGroup"):
        await SampledJudge(one=ScriptedJudge(verdict(1))).judge(task(samples=3), key=KEY, deadline_seconds=20)


async def test_one_sample_a_comparison_and_a_floor_are_not_repeated() -> None:
    for judged in (task(samples=1), task(samples=3, baseline="London.")):
        judge = ScriptedJudge(verdict(0.5))
        assert await SampledJudge(one=judge).judge(judged, key=KEY, deadline_seconds=20) == verdict(0.5)
        assert judge.tasks == [judged]
    floor = await SampledJudge(one=ScriptedJudge()).judge(task(samples=3, output=""), key=KEY, deadline_seconds=20)
    assert (floor.method, floor.samples) == ("floor", None)


async def test_every_reply_is_heard_and_paid_for_also_of_those_that_failed() -> None:
    judge = ScriptedJudge(verdict(1), BROKEN)
    judge.replies = [reply("x")]
    heard: list[object] = []
    result = await SampledJudge(one=judge).judge(task(samples=2), key=KEY, deadline_seconds=20, on_reply=heard.append)
    assert len(heard) == 2
    assert result.usage == Usage(input_tokens=22, output_tokens=14)


class CountingJudge:
    """Waits until as many are asked as may be, and remembers how many and with what time."""

    def __init__(self) -> None:
        self.open = self.most = 0
        self.deadlines: list[float] = []
        self.full = asyncio.Event()

    async def judge(
        self, judged: JudgeTask, *, key: SecretStr | None, deadline_seconds: float, on_reply: OnReply = unheard
    ) -> JudgeResult:
        assert judged.samples == 1
        self.open += 1
        self.most = max(self.most, self.open)
        self.deadlines.append(deadline_seconds)
        if self.open == AT_ONCE:
            self.full.set()
        await self.full.wait()
        self.open -= 1
        return verdict(1)


async def test_so_many_are_asked_at_once_and_no_more_all_under_one_deadline() -> None:
    judge = CountingJudge()
    await SampledJudge(one=judge).judge(task(samples=9), key=KEY, deadline_seconds=20)
    assert (judge.most, len(judge.deadlines)) == (AT_ONCE, 9)
    assert max(judge.deadlines) <= 20
    assert judge.deadlines == sorted(judge.deadlines, reverse=True)


@pytest.mark.parametrize(("freedom", "quantile"), list(enumerate(T_QUANTILES, start=1)))
def test_the_table_holds_the_quantiles_of_students_t(freedom: int, quantile: float) -> None:
    """P(-t < T < t) = 0.95, the density integrated by Simpson's rule."""
    scale = math.gamma((freedom + 1) / 2) / (math.sqrt(freedom * math.pi) * math.gamma(freedom / 2))
    steps = 4000
    width = 2 * quantile / steps

    def weighted(step: int) -> float:
        weight = 1 if step in (0, steps) else 4 if step % 2 else 2
        return weight * scale * math.pow(1 + (-quantile + step * width) ** 2 / freedom, -(freedom + 1) / 2)

    assert width / 3 * math.fsum(map(weighted, range(steps + 1))) == pytest.approx(0.95, abs=5e-5)


def test_there_is_a_quantile_for_each_number_of_samples_that_may_be_asked_for() -> None:
    most = JudgeSettings(model="google/m", rubric=DEFAULT_RUBRIC, samples=9)
    assert most.samples == len(T_QUANTILES) + 1
    with pytest.raises(ValueError, match="samples"):
        JudgeSettings(model="google/m", rubric=DEFAULT_RUBRIC, samples=most.samples + 1)
