"""What a caller is told where topic, states or time fail the gateway in the middle of accepting."""

from collections.abc import Awaitable, Callable

import pytest

from runtime.contracts.evaluation import Identity
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.lifecycle import Status
from runtime.contracts.messages import INFERENCE_MESSAGE
from runtime.contracts.outcomes import Outcome
from runtime.contracts.unavailable import Unavailable
from runtime.kit.problems import Problem
from tests.contract.evaluations import change, work
from tests.fakes.publisher import InMemoryPublisher
from tests.fakes.request_states import InMemoryRequestStates
from tests.runtime.gateway.accept_bench import Bench


@pytest.mark.fault("F6")
async def test_a_topic_that_is_away_means_503_and_a_request_that_never_was() -> None:
    bench = Bench()
    bench.publisher.down = True
    with pytest.raises(Problem) as caught:
        await bench.accept({"input": "hi"}, idempotency_key="a")
    assert caught.value.body.status == 503
    assert "nothing was started" in caught.value.body.detail
    assert caught.value.body.retryable
    assert "Retry-After" in caught.value.headers
    (record,) = bench.states.records.values()
    assert (record.status, record.outcome) == (Status.FAILED, Outcome.INFERENCE_ERROR)
    bench.publisher.down = False
    accepted = await bench.accept({"input": "hi"}, idempotency_key="a")
    assert not accepted.replayed


@pytest.mark.fault("F8")
async def test_a_redis_that_is_away_means_503_before_anything_is_published() -> None:
    bench = Bench(states=InMemoryRequestStates(flaky=2.0))
    with pytest.raises(Unavailable):
        await bench.accept({"input": "hi"})
    assert bench.published == []


class Eventful(InMemoryPublisher):
    """Something happens right after each publication."""

    def __init__(self, then: Callable[[Identity], Awaitable[None]], *, answers: bool = True) -> None:
        super().__init__()
        self._then = then
        self._answers = answers

    async def publish(self, body: str, *, tenant: str) -> None:
        await super().publish(body, tenant=tenant)
        await self._then(INFERENCE_MESSAGE.validate_json(body).identity)
        if not self._answers:
            raise Unavailable("sns")


@pytest.mark.fault("F8")
@pytest.mark.parametrize(
    ("lost", "topic_answers"),
    [("redis", True), ("redis", False), ("record", False)],
)
@pytest.mark.parametrize("key", ["a", None])
async def test_where_nobody_knows_whether_it_was_started_nothing_is_promised_either_way(
    lost: str, topic_answers: bool, key: str | None
) -> None:
    bench = Bench()

    async def lose(identity: Identity) -> None:
        if lost == "redis":
            bench.states.flakiness = InMemoryRequestStates(flaky=2.0).flakiness
        else:
            bench.states.lose(identity.request_id)

    bench.publisher = Eventful(lose, answers=topic_answers)
    with pytest.raises(Problem) as caught:
        await bench.accept({"input": "hi"}, idempotency_key=key)
    problem = caught.value.body
    assert (problem.status, problem.code) == (503, "acceptance_unknown")
    assert "may have been started" in problem.detail
    # Whoever sends it again without a key may have it judged twice.
    assert (problem.retryable, "Retry-After" in caught.value.headers) == (bool(key), bool(key))
    (message,) = bench.published
    assert (f"/v1/evaluations/{message.identity.request_id}" in problem.detail) is (key is None)


@pytest.mark.fault("F7")
async def test_a_lost_answer_of_the_topic_is_an_acceptance_where_a_stage_has_begun_the_request() -> None:
    bench = Bench()

    async def begin(identity: Identity) -> None:
        await bench.states.begin(work(identity))

    bench.publisher = Eventful(begin, answers=False)
    accepted = await bench.accept({"input": "hi"})
    assert bench.states.records[accepted.request_id].status is Status.INFERENCE


@pytest.mark.fault("F4")
async def test_what_was_swept_before_it_was_published_is_not_accepted() -> None:
    bench = Bench()

    async def sweep(identity: Identity) -> None:
        never = failure(FailureReason.NOT_PUBLISHED, None)
        await bench.states.advance(change(identity, Status.FAILED, failure=never))

    bench.publisher = Eventful(sweep)
    with pytest.raises(Problem) as caught:
        await bench.accept({"input": "hi"})
    assert caught.value.body.status == 503
    assert "nothing was started" in caught.value.body.detail


@pytest.mark.fault("F28")
async def test_a_record_that_redis_lost_meanwhile_takes_the_acceptance_not_back() -> None:
    bench = Bench()

    async def lose(identity: Identity) -> None:
        bench.states.lose(identity.request_id)

    bench.publisher = Eventful(lose)
    accepted = await bench.accept({"input": "hi"})
    assert [message.identity.request_id for message in bench.published] == [accepted.request_id]
