"""One delivery's turn: who calls, whose result counts, and what is given back."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from config.limits import Limits
from config.topology import Stage
from runtime.contracts.evaluation import EvaluationRecord, Identity
from runtime.contracts.failures import FailureReason
from runtime.contracts.lifecycle import Status
from runtime.contracts.unavailable import Unavailable
from runtime.messaging.worker import Done, Leave, Release
from runtime.providers.chat_model import ProviderError
from runtime.stages.turn import Result, StageTurns, Turn, TurnOver
from tests.contract.evaluations import answer, change, identity, work
from tests.fakes.request_states import InMemoryRequestStates
from tests.runtime.stages.setup import NOW, delivered

LEASE_SECONDS = Limits().lease_seconds
OTHER = UUID(int=7)


@dataclass
class Bench:
    states: InMemoryRequestStates = field(default_factory=InMemoryRequestStates)
    identity: Identity = field(default_factory=lambda: identity(tenant="t", created_at=NOW))
    seconds: float = 0.0
    calls: int = 0
    during: Callable[[], None] = lambda: None
    """What happens elsewhere while the provider is asked."""
    error: BaseException | None = None
    finished: list[EvaluationRecord] = field(default_factory=list)
    finish_error: Exception | None = None

    def __post_init__(self) -> None:
        self.states.put(self.identity)
        self.states.read_clock = lambda: self.seconds

    async def take(self, *, receive_count: int = 1) -> Done | Release | Leave:
        turns = StageTurns(stage=Stage.INFERENCE, leases=self.states, limits=Limits, now=lambda: NOW)
        delivery = delivered("", receive_count=receive_count)
        return await turns.take(self.identity, delivery, call=self._call, finish=self._finish)

    async def _call(self, turn: Turn) -> Result:
        self.calls += 1
        assert turn.remaining_seconds() <= Limits().call_deadline_seconds
        self.during()
        if self.error is not None:
            raise self.error
        return answer()

    async def _finish(self, record: EvaluationRecord) -> Done:
        if self.finish_error is not None:
            raise self.finish_error
        self.finished.append(record)
        return Done()

    def another_takes_over(self) -> None:
        self.seconds += LEASE_SECONDS + 1
        assert self.states.begin_now(work(self.identity, OTHER)).granted

    @property
    def record(self) -> EvaluationRecord:
        return self.states.records[self.identity.request_id]


@pytest.mark.fault("F36")
async def test_while_another_holds_the_lease_the_message_waits_for_its_end() -> None:
    bench = Bench()
    bench.states.begin_now(work(bench.identity, OTHER, lease_seconds=LEASE_SECONDS))
    bench.seconds = 50
    assert await bench.take() == Release(after_seconds=LEASE_SECONDS - 50)
    assert bench.calls == 0


@pytest.mark.fault("F9")
async def test_two_deliveries_at_once_make_one_call() -> None:
    bench = Bench()
    outcomes = await asyncio.gather(*(bench.take() for _ in range(10)))
    assert bench.calls == 1
    assert {type(outcome) for outcome in outcomes} <= {Done, Release}


@pytest.mark.fault("F37")
async def test_whoever_lost_the_lease_during_the_call_passes_nothing_on_and_leaves_the_message() -> None:
    bench = Bench()
    bench.during = bench.another_takes_over
    assert await bench.take() == Leave()
    assert bench.finished == []
    assert bench.record.inference_result is None


@pytest.mark.fault("F37")
async def test_a_late_failure_of_whoever_lost_the_lease_ends_nothing() -> None:
    bench = Bench(error=ProviderError(FailureReason.AUTH))
    bench.during = bench.another_takes_over
    assert await bench.take() == Leave()
    assert (bench.finished, bench.record.failure) == ([], None)


@pytest.mark.fault("F37")
async def test_a_late_retry_of_whoever_lost_the_lease_leaves_the_message() -> None:
    bench = Bench(error=ProviderError(FailureReason.TRANSIENT))
    bench.during = bench.another_takes_over
    assert await bench.take() == Leave()


async def test_a_failure_that_was_saved_is_passed_on_again_without_a_second_call() -> None:
    bench = Bench(error=ProviderError(FailureReason.AUTH), finish_error=Unavailable("sns"))
    with pytest.raises(Unavailable):
        await bench.take()
    bench.finish_error = None
    assert await bench.take() == Done()
    assert bench.calls == 1
    (record,) = bench.finished
    assert record.failure is not None
    assert record.failure.reason is FailureReason.AUTH


async def test_after_a_failed_attempt_the_next_delivery_may_call_at_once() -> None:
    bench = Bench(error=ProviderError(FailureReason.TRANSIENT))
    assert isinstance(await bench.take(), Release)
    bench.error = None
    assert await bench.take() == Done()
    assert (bench.calls, bench.record.attempts) == (2, {Stage.INFERENCE: 2})


@pytest.mark.parametrize(
    ("error", "attempts"), [(Unavailable("kms"), 0), (RuntimeError(), 1), (asyncio.CancelledError(), 1)]
)
async def test_whatever_cuts_a_turn_off_gives_the_lease_back(error: BaseException, attempts: int) -> None:
    bench = Bench(error=error)
    with pytest.raises(type(error)):
        await bench.take()
    assert bench.record.attempts == {Stage.INFERENCE: attempts}
    bench.error = None
    assert await bench.take() == Done()


@pytest.mark.fault("F36", "F37")
async def test_a_worker_that_was_frozen_before_its_call_does_not_start_it() -> None:
    over_at = asyncio.get_running_loop().time() - 1
    turn = Turn(record=Bench().record, over_at=over_at, again=lambda _: None, votes={})
    with pytest.raises(TurnOver):
        turn.remaining_seconds()
    bench = Bench(error=TurnOver())
    assert await bench.take() == Release(after_seconds=0)
    assert bench.record.attempts == {Stage.INFERENCE: 0}


@pytest.mark.fault("F10")
@pytest.mark.parametrize("status", [Status.JUDGE, Status.COMPLETED, Status.FAILED])
async def test_a_late_message_is_dropped_without_a_call(status: Status) -> None:
    bench = Bench()
    await bench.states.advance(change(bench.identity, status))
    assert await bench.take() == Done()
    assert (bench.calls, bench.finished) == (0, [])


@pytest.mark.fault("F9")
async def test_ten_duplicates_make_one_call_and_pass_on_one_answer() -> None:
    bench = Bench()
    for _ in range(10):
        assert await bench.take() == Done()
    assert bench.calls == 1
    assert {record.inference_result for record in bench.finished} == {answer()}


@pytest.mark.fault("F25")
async def test_a_result_that_cannot_be_saved_is_passed_on_all_the_same() -> None:
    bench = Bench()
    bench.during = lambda: setattr(bench.states, "flakiness", InMemoryRequestStates(flaky=2.0).flakiness)
    assert await bench.take() == Done()
    assert bench.finished[0].inference_result == answer()


@pytest.mark.fault("F26")
async def test_a_record_lost_during_the_call_is_rebuilt_with_the_result() -> None:
    bench = Bench()
    bench.during = lambda: bench.states.lose(bench.identity.request_id)
    assert await bench.take() == Done()
    assert bench.record.inference_result == answer()
