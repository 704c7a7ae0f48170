"""What providers tell of their limits, and all the ways in which they do not."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.pacing import LimitsTold
from runtime.providers.limits_told import HEADERS, duration_seconds, from_headers, from_quota_failures

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def headers(unit: str, limit: str, remaining: str, reset: str) -> dict[str, str]:
    facts = {"limit": limit, "remaining": remaining, "reset": reset}
    return {f"x-ratelimit-{fact}-{unit}": value for fact, value in facts.items()}


@pytest.mark.parametrize(
    ("given_headers", "told"),
    [
        ({}, None),
        (
            headers("requests", "60", "59", "1s") | headers("tokens", "150000", "149984", "6ms"),
            LimitsTold(
                requests_per_minute=60, remaining_requests=59, tokens_per_minute=150000, remaining_tokens=149984
            ),
        ),
        # All that is missing takes as long as its share of a minute.
        (headers("requests", "60", "0", "1m0s"), LimitsTold(requests_per_minute=60, remaining_requests=0)),
        # One of two hundred takes seven minutes: they are for a day.
        (headers("requests", "1440", "1439", "1m0s"), LimitsTold(requests_per_minute=1)),
        (headers("requests", "1440", "720", "12h0m0s"), LimitsTold(requests_per_minute=1)),
        (headers("requests", "60", "60", "0s"), LimitsTold(requests_per_minute=60, remaining_requests=60)),
        ({"x-ratelimit-limit-tokens": "9000"}, LimitsTold(tokens_per_minute=9000)),
        ({"x-ratelimit-remaining-tokens": "9000"}, None),
        (headers("requests", "0", "0", "1s"), None),
        (headers("requests", "-1", "0", "1s"), None),
        (headers("requests", "many", "few", "soon"), None),
        (headers("requests", "60", "few", "soon"), LimitsTold(requests_per_minute=60)),
        (headers("requests", "9" * 400, "1", "1s"), None),
    ],
)
def test_headers_give_limits_of_a_minute_or_nothing(given_headers: dict[str, str], told: LimitsTold | None) -> None:
    assert from_headers(given_headers) == told


@pytest.mark.parametrize(
    ("violations", "told"),
    [
        (None, None),
        ("x", None),
        ([], None),
        (["x", {}, {"quotaId": 7, "quotaValue": "5"}], None),
        (
            [{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel-FreeTier", "quotaValue": "15"}],
            LimitsTold(requests_per_minute=15),
        ),
        (
            [{"quotaId": "GenerateContentInputTokensPerModelPerMinute-FreeTier", "quotaValue": "250000"}],
            LimitsTold(tokens_per_minute=250000),
        ),
        ([{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier", "quotaValue": "50"}], None),
        ([{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel"}], None),
        ([{"quotaId": "GenerateRequestsPerMinutePerProjectPerModel", "quotaValue": "0"}], None),
    ],
)
def test_a_quota_failure_gives_its_limits_of_a_minute(violations: Any, told: LimitsTold | None) -> None:
    assert from_quota_failures([{"reason": "x"}, {"violations": violations}]) == told


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("1s", 1),
        ("17ms", 0.017),
        ("6m0s", 360),
        ("1h2m3.5s", 3723.5),
        ("", None),
        ("1", None),
        ("-1s", None),
        ("1s later", None),
        (None, None),
    ],
)
def test_a_duration_as_go_writes_it(value: str | None, seconds: float | None) -> None:
    assert duration_seconds(value) == pytest.approx(seconds)


@given(st.dictionaries(st.sampled_from(HEADERS), st.text(alphabet="0159.smh-e \u0663\x00", max_size=20)))
def test_no_header_breaks_the_reader(given_headers: dict[str, str]) -> None:
    told = from_headers(given_headers)
    assert told is None or told.requests_per_minute or told.tokens_per_minute


@given(st.lists(st.dictionaries(st.sampled_from(["violations", "x"]), JSON)))
def test_no_detail_breaks_the_reader(details: list[dict[str, Any]]) -> None:
    from_quota_failures(details)


@pytest.mark.parametrize(
    ("told", "spare"),
    [
        (LimitsTold(), None),
        (LimitsTold(requests_per_minute=60), None),
        (LimitsTold(remaining_requests=5), None),
        (LimitsTold(requests_per_minute=60, remaining_requests=5), 5),
        (
            LimitsTold(requests_per_minute=60, remaining_requests=30, tokens_per_minute=600, remaining_tokens=100),
            10,
        ),
    ],
)
def test_what_is_spare_is_the_scarcer_of_both(told: LimitsTold, spare: float | None) -> None:
    assert told.spare_seconds == spare
