import pytest

from config.limits import Limits
from runtime.messaging.backoff import MAX_VISIBILITY_SECONDS, doubled_seconds, release_seconds

LIMITS = Limits()
FIRST_HALF = range(1, LIMITS.max_receive_count // 2 + 1)
SECOND_HALF = range(LIMITS.max_receive_count // 2 + 1, LIMITS.max_receive_count)


def test_the_pause_doubles_up_to_its_maximum_however_often_it_failed() -> None:
    assert [doubled_seconds(count, LIMITS) for count in (1, 2, 3, 4, 5, 6, 1000)] == [2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize("receive_count", FIRST_HALF)
def test_a_release_never_ends_before_its_time_and_little_after(receive_count: int) -> None:
    for _ in range(100):
        assert 10 <= release_seconds(10, receive_count, LIMITS) <= 12


def test_releases_of_the_same_time_do_not_come_back_together() -> None:
    assert len({release_seconds(60, 1, LIMITS) for _ in range(200)}) > 5


@pytest.mark.parametrize("receive_count", [1, 19, 1000])
def test_a_release_at_once_is_at_once(receive_count: int) -> None:
    assert release_seconds(0, receive_count, LIMITS) == 0


def test_no_release_is_longer_than_sqs_allows() -> None:
    assert release_seconds(10**6, 1, LIMITS) == MAX_VISIBILITY_SECONDS


def test_the_last_deliveries_before_the_dead_letter_queue_are_spread_over_the_deadline() -> None:
    spread = sum(release_seconds(1, receive_count, LIMITS) for receive_count in SECOND_HALF)
    assert spread >= LIMITS.evaluation_deadline_seconds * 0.9
