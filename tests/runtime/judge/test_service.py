"""Steps 3 and 4 of 4 on fakes: what happens to one message of the judge queue."""

from datetime import timedelta

import pytest

from config.topology import Provider, Stage
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.outcomes import Outcome
from runtime.contracts.unavailable import Unavailable
from runtime.messaging.worker import Done, Release
from runtime.providers.chat_model import ProviderError
from tests.contract.evaluations import answer, completed, identity, verdict
from tests.fakes.history import InMemoryHistory
from tests.fakes.request_states import InMemoryRequestStates
from tests.fakes.scripted_model import reply
from tests.runtime.judge.bench import Bench, ScriptedJudge, until_done
from tests.runtime.stages.setup import NOW


async def test_a_verdict_is_in_the_history_and_then_completes_the_request() -> None:
    bench = Bench()
    assert await bench.handle() == Done()
    assert (bench.row.status, bench.row.outcome) == (Status.COMPLETED, Outcome.SCORED)
    assert bench.row.judge_result == verdict(0.85)
    assert bench.row.inference_result == answer()
    assert (bench.state.status, bench.state.stage) == (Status.COMPLETED, Status.JUDGE)
    assert bench.state.judge_result == verdict(0.85)


async def test_completed_is_never_visible_before_the_row_is_durable() -> None:
    bench = Bench()
    bench.history.flakiness = InMemoryHistory(flaky=2.0).flakiness
    with pytest.raises(Unavailable):
        await bench.handle()
    assert bench.state.status is Status.JUDGE
    assert bench.history.rows == {}


async def test_a_history_that_is_away_costs_no_second_verdict() -> None:
    bench = Bench()
    bench.history.flakiness = InMemoryHistory(flaky=2.0).flakiness
    with pytest.raises(Unavailable):
        await bench.handle()
    bench.history.flakiness = InMemoryHistory().flakiness
    assert await bench.handle() == Done()
    assert len(bench.judge.tasks) == 1
    assert bench.row.judge_result == verdict(0.85)


async def test_states_that_are_away_once_the_verdict_is_there_cost_no_second_one() -> None:
    bench = Bench()
    away = InMemoryRequestStates(flaky=2.0).flakiness
    bench.judge.then = lambda: setattr(bench.states, "flakiness", away)
    with pytest.raises(Unavailable):
        await bench.handle()
    assert bench.row.judge_result == verdict(0.85)
    assert bench.state.status is Status.JUDGE
    bench.states.flakiness = InMemoryRequestStates().flakiness
    assert await bench.handle() == Done()
    assert len(bench.judge.tasks) == 1
    assert (bench.state.status, bench.state.judge_result) == (Status.COMPLETED, verdict(0.85))


async def test_a_duplicate_after_the_end_changes_nothing() -> None:
    bench = Bench()
    await bench.handle()
    before = bench.state
    assert await bench.handle() == Done()
    assert (len(bench.judge.tasks), bench.history.writes, bench.state) == (1, 1, before)


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (FailureReason.AUTH, Outcome.JUDGE_ERROR),
        (FailureReason.QUOTA, Outcome.JUDGE_ERROR),
        (FailureReason.UNPARSEABLE, Outcome.JUDGE_ERROR),
        (FailureReason.EVIDENCE, Outcome.JUDGE_ERROR),
        (FailureReason.TRUNCATED, Outcome.JUDGE_ERROR),
        (FailureReason.BLOCKED, Outcome.BLOCKED),
    ],
)
async def test_a_judge_that_fails_leaves_no_score_anywhere(reason: FailureReason, outcome: Outcome) -> None:
    bench = Bench(judge=ScriptedJudge(ProviderError(reason)))
    assert await bench.handle() == Done()
    for record in (bench.row, bench.state):
        assert record.status is Status.FAILED
        assert record.outcome is outcome
        assert record.judge_result is None
        assert record.failure == failure(reason, Stage.JUDGE)


async def test_a_throttled_verdict_waits_and_costs_no_attempt() -> None:
    throttled = ProviderError(FailureReason.THROTTLED, retry_after_seconds=30)
    bench = Bench(judge=ScriptedJudge(*[throttled] * 6, verdict(0.5)))
    for _ in range(6):
        released = await bench.handle()
        assert isinstance(released, Release)
        assert released.after_seconds >= 30
        assert bench.state.attempts[Stage.JUDGE] == 0
        bench.seconds += released.after_seconds
    assert await bench.handle() == Done()
    assert bench.row.judge_result == verdict(0.5)


async def test_a_verdict_takes_one_slot_and_pays_for_its_repair_afterwards() -> None:
    bench = Bench()
    bench.judge.replies = [reply("bad"), reply("good")]
    assert await bench.handle() == Done()
    (report,) = bench.pacing.reports
    assert (report.calls, report.tokens_used) == (2, 36)
    assert report.request.key.provider is Provider.GOOGLE


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [
        (FailureReason.AUTH, Outcome.INFERENCE_ERROR),
        (FailureReason.REFUSED, Outcome.REFUSED),
        (FailureReason.BLOCKED, Outcome.BLOCKED),
    ],
)
async def test_a_failed_inference_is_recorded_without_a_verdict(reason: FailureReason, outcome: Outcome) -> None:
    bench = Bench(failed_inference=reason)
    assert await bench.handle() == Done()
    assert bench.judge.tasks == []
    assert (bench.row.status, bench.row.outcome) == (Status.FAILED, outcome)
    assert bench.row.failure == failure(reason, Stage.INFERENCE)
    assert bench.state.status is Status.FAILED
    assert await bench.handle() == Done()
    assert bench.history.writes == 1


async def test_the_first_row_wins_and_the_state_follows_it() -> None:
    bench = Bench(judge=ScriptedJudge(verdict(0.1)))
    first = completed(bench.identity, score=0.9)
    await bench.history.record(first)
    assert await bench.handle() == Done()
    assert bench.row == first
    assert bench.state.judge_result == verdict(0.9)


async def test_a_redis_that_lost_the_record_costs_one_call_and_loses_nothing() -> None:
    bench = Bench()
    bench.history.flakiness = InMemoryHistory(flaky=2.0).flakiness
    with pytest.raises(Unavailable):
        await bench.handle()
    bench.states.lose(bench.identity.request_id)
    bench.history.flakiness = InMemoryHistory().flakiness
    bench.judge.script.append(verdict(0.85))
    assert await bench.handle() == Done()
    assert bench.row.status is Status.COMPLETED
    assert bench.state.inference_result == answer()
    assert len(bench.judge.tasks) == 2


async def test_past_its_deadline_a_request_fails_without_a_verdict() -> None:
    bench = Bench(identity=identity(tenant="t", created_at=NOW - timedelta(hours=2)))
    assert await bench.handle() == Done()
    assert bench.row.failure == failure(FailureReason.DEADLINE, Stage.JUDGE)
    assert bench.judge.tasks == []


async def test_the_judge_learns_whether_it_wrote_the_answer_itself() -> None:
    bench = Bench()
    await bench.handle()
    assert bench.judge.tasks[0].self_judged is False
    assert bench.judge.tasks[0].output == answer().output


@pytest.mark.parametrize("body", ["", "not json", "{}", '{"type":"inference_completed","version":2}', "[" * 10_000])
async def test_a_message_that_cannot_be_read_is_left_for_the_dead_letter_queue(body: str) -> None:
    bench = Bench()
    assert isinstance(await bench.handle(body), Release)
    assert bench.history.rows == {}


@pytest.mark.parametrize("seed", range(20))
async def test_through_a_flaky_history_there_is_one_verdict_and_one_row(seed: int) -> None:
    bench = Bench(history=InMemoryHistory(flaky=0.5, seed=seed))
    await until_done(bench)
    assert len(bench.judge.tasks) == 1
    assert bench.row.judge_result == verdict(0.85)
    assert bench.state.status is Status.COMPLETED
