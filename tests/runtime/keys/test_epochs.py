from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.limits import SEALING_ROTATION_SECONDS, Limits
from config.topology import Stage
from runtime.keys.epochs import EpochSchedule, start_of
from runtime.keys.kid import Kid

DAILY = EpochSchedule.of(Limits())


@given(now=st.integers(0, 2**32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)), hours=st.integers(2, 48))
def test_now_is_in_the_first_of_the_two_epochs_that_are_needed(now: datetime, hours: int) -> None:
    schedule = EpochSchedule(length=timedelta(hours=hours), longest_seal=timedelta(hours=1), slack=timedelta(minutes=1))
    present, following = schedule.needed(now)
    assert present.not_before <= now < present.seal_until == following.not_before
    assert start_of(present.name) == present.not_before


def test_a_pair_outlives_the_last_seal_of_its_epoch() -> None:
    limits = Limits()
    epoch, _ = DAILY.needed(datetime(2026, 11, 26, 15, tzinfo=UTC))
    assert epoch.name == "20261126T000000Z"
    last_seal_opens_until = epoch.seal_until + timedelta(seconds=limits.evaluation_deadline_seconds, minutes=2)
    assert epoch.destroy_after > last_seal_opens_until


def test_the_job_runs_at_least_twice_in_an_epoch() -> None:
    with pytest.raises(ValueError, match="sealing_epoch_seconds"):
        Limits(sealing_epoch_seconds=2 * SEALING_ROTATION_SECONDS - 1)


def test_a_kid_is_read_as_it_was_written() -> None:
    kid = Kid.of(Stage.JUDGE, "20261126T000000Z", b"k" * 32)
    assert Kid.parse(str(kid)) == kid
    assert kid.not_before == datetime(2026, 11, 26, tzinfo=UTC)


@given(text=st.one_of(st.text(), st.from_regex(r"(judge|other)-[0-9]{8}T[0-9]{6}Z-[0-9a-f]{14,18}\n?")))
def test_a_text_is_the_one_kid_that_it_says_or_none(text: str) -> None:
    try:
        kid = Kid.parse(text)
    except ValueError:
        return
    assert str(kid) == text
