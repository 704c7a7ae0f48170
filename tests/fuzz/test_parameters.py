"""Cursors and headers: any text gives an answer, never a crash."""

import base64
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.gateway.prefer import wait_seconds
from tests.fuzz.cases import CASES, MANY_CASES
from tests.fuzz.gateway_app import CLIENT, Stores
from tests.fuzz.json_texts import ANY_VALUE, changed, written

MOMENTS = st.datetimes(timezones=st.integers(-1439, 1439).map(lambda minutes: timezone(timedelta(minutes=minutes))))
IDS = st.uuids()
CURSOR = {"created_at": "2026-11-23T12:00:00Z", "request_id": str(UUID(int=7))}
HEADER_VALUES = st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=300)
REFUSALS = (400, 422)


def asked(url: str, path: str, **request: Any) -> httpx2.Response:
    return CLIENT.get(url + path, **request)


def opaque(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@CASES
@given(moment=MOMENTS, request_id=IDS)
def test_a_cursor_of_any_moment_gives_a_page(gateway: tuple[str, Stores], moment: datetime, request_id: UUID) -> None:
    cursor = opaque(written({"created_at": moment.isoformat(), "request_id": str(request_id)}))
    assert asked(gateway[0], "/v1/evaluations", params={"cursor": cursor}).status_code in (200, 422)


@CASES
@given(text=st.builds(written, ANY_VALUE) | changed(CURSOR) | st.text())
def test_a_cursor_of_any_content_is_refused_or_gives_a_page(gateway: tuple[str, Stores], text: str) -> None:
    assert asked(gateway[0], "/v1/evaluations", params={"cursor": opaque(text)}).status_code in (200, 422)


@MANY_CASES
@given(prefer=st.text() | HEADER_VALUES | st.from_regex(r"[a-z;, ]*wait ?= ?[0-9]{0,30}[a-z;, ]*"))
def test_any_preference_is_a_wait_within_the_limit(prefer: str) -> None:
    assert 0 <= wait_seconds(prefer, 60) <= 60


@CASES
@given(name=st.sampled_from(["Prefer", "Idempotency-Key", "X-OpenAI-Api-Key", "X-Google-Api-Key"]), value=HEADER_VALUES)
def test_any_header_is_taken_or_refused_without_being_repeated(
    gateway: tuple[str, Stores], name: str, value: str
) -> None:
    url, stores = gateway
    before = len(stores.states.records)
    headers = [(name.encode(), value.strip().encode("latin-1"))]
    answer = CLIENT.post(url + "/v1/evaluations", json={"input": "hi"}, headers=headers)
    assert answer.status_code in (200, 202, *REFUSALS)
    if answer.status_code in REFUSALS:
        assert len(stores.states.records) == before
        assert len(value.strip()) < 8 or value.strip() not in answer.text


@pytest.mark.parametrize(
    "identifier", ["0" * 32, "{00000000-0000-0000-0000-000000000000}", "%00", "..%2f", "%ff", "é", " "]
)
def test_any_id_is_unknown_or_refused(gateway: tuple[str, Stores], identifier: str) -> None:
    assert asked(gateway[0], f"/v1/evaluations/{identifier}").status_code in (404, 422)
