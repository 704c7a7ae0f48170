from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.states import Cursor
from runtime.gateway.cursor import decode_cursor, encode_cursor
from runtime.gateway.prefer import wait_seconds
from runtime.kit.problems import Problem


def test_a_cursor_comes_back_as_it_was() -> None:
    cursor = Cursor(created_at=datetime(2026, 1, 2, 3, 4, 5, 678901, UTC), request_id=uuid4())
    assert decode_cursor(encode_cursor(cursor)) == cursor


@given(st.text(max_size=200))
def test_any_other_text_is_refused_and_never_crashes(text: str) -> None:
    with pytest.raises(Problem) as caught:
        decode_cursor(text)
    assert caught.value.body.errors[0].pointer == "query:cursor"


@pytest.mark.parametrize(
    ("prefer", "seconds"),
    [
        (None, 0),
        ("wait=10", 10),
        ("respond-async, wait=7", 7),
        ("Wait=3; foo", 3),
        ("wait=9999", 60),
        ("wait=-1", 0),
        ("wait=ten", 0),
        ("await=5", 0),
        ("", 0),
    ],
)
def test_prefer_wait_is_read_capped_and_never_an_error(prefer: str | None, seconds: int) -> None:
    assert wait_seconds(prefer, 60) == seconds
