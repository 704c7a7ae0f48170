"""A queue full of messages of one key: each needs few deliveries, the rate is used up, and none ends in the DLQ."""

import pytest

from config.limits import Limits
from tests.runtime.stages.throttled_queue import Provider, ThrottledQueue

LIMITS = Limits()
WAITERS = 500
RPM = 60


def drained(provider: Provider, *, configured_rpm: float | None = RPM) -> ThrottledQueue:
    queue = ThrottledQueue(provider, configured_rpm)
    queue.run([0.0] * WAITERS)
    assert not queue.failed
    assert len(queue.done_at) == WAITERS
    assert max(queue.deliveries.values()) < LIMITS.max_receive_count
    return queue


def test_five_hundred_that_come_at_once_need_three_deliveries_at_most_and_use_the_rate() -> None:
    queue = drained(Provider(RPM))
    assert max(queue.deliveries.values()) <= 3
    assert queue.refusals == 0
    assert max(queue.done_at.values()) <= WAITERS / RPM * 60 / 0.9


def test_limits_that_only_the_provider_tells_are_used_as_well() -> None:
    queue = drained(Provider(RPM, tells_limits=True, retry_after=1), configured_rpm=None)
    assert max(queue.deliveries.values()) <= 4
    assert max(queue.done_at.values()) <= WAITERS / RPM * 60 / 0.9


@pytest.mark.parametrize("retry_after", [None, 30])
def test_a_provider_that_refuses_everything_for_twenty_minutes_costs_no_evaluation(retry_after: float | None) -> None:
    queue = drained(Provider(RPM, opens_at=1200, retry_after=retry_after))
    assert queue.refusals < 30


def test_a_limit_that_nobody_tells_is_found() -> None:
    queue = drained(Provider(RPM, retry_after=5), configured_rpm=None)
    assert max(queue.done_at.values()) <= WAITERS / RPM * 60 * 2


def test_what_cannot_be_done_by_the_deadline_is_told_at_once() -> None:
    queue = ThrottledQueue(Provider(6), 6)
    queue.run([0.0] * WAITERS)
    done = len(queue.done_at)
    assert 0.9 * 6 * 60 <= done <= WAITERS - len(queue.failed)
    assert all(queue.deliveries[message] == 1 for message in queue.failed)
