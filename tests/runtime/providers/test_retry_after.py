"""Providers say in three ways how long to wait, and sometimes in none."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.providers import retry_after

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("17", 17),
        ("0.5", 0.5),
        ("-3", 0),
        ("Mon, 23 Nov 2026 12:01:00 GMT", 60),
        ("Mon, 23 Nov 2026 12:01:00 -0000", 60),
        ("Mon, 23 Nov 2026 11:00:00 GMT", 0),
        ("Mon, 06 Jan 99999999999999 00:00:00 GMT", None),
        ("Mon, 06 Jan 10000 00:00:00 GMT", None),
        ("1e9", retry_after.MAX_SECONDS),
        ("nan", None),
        ("inf", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_a_header_gives_seconds_from_now_or_nothing(value: str | None, seconds: float | None) -> None:
    assert retry_after.from_header(value, now=NOW) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("17s", 17), ("0.25s", 0.25), ("17", None), ("-1s", None), ("s", None), (17, None), (None, None), (["1s"], None)],
)
def test_a_duration_gives_its_seconds_or_nothing(value: object, seconds: float | None) -> None:
    assert retry_after.from_duration(value) == seconds


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} \w{3} \d{1,20} \d+:\d+:\d+ \S*", fullmatch=True))
def test_no_header_breaks_the_reader(value: str) -> None:
    for seconds in (retry_after.from_header(value, now=NOW), retry_after.from_duration(value)):
        assert seconds is None or 0 <= seconds <= retry_after.MAX_SECONDS
