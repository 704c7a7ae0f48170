"""The gateway under wrong lengths, endless bodies and broken text: refused before any state, never a 500."""

import json
import socket
from collections.abc import Iterable, Iterator
from contextlib import suppress
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.messages import INFERENCE_MESSAGE
from tests.fuzz.cases import CASES
from tests.fuzz.gateway_app import ANSWER_SECONDS, CLIENT, LIMITS, Stores
from tests.fuzz.json_texts import written

Gateway = tuple[str, Stores]
LIMIT, MESSAGE_LIMIT = LIMITS.max_body_bytes, LIMITS.max_message_bytes
KERNEL_BYTES = 8 * 2**20
"""What both ends' socket buffers take in before a writer notices that nobody reads."""
OTHER_ENCODINGS = ['{"input": "x"}'.encode(name) for name in ("utf-16", "utf-32-be", "utf-8-sig")]
REFUSED = (400, 413, 422)


def exchange(url: str, *parts: bytes, half_close: bool = False) -> int | None:
    """The status of the answer to these bytes; None: the connection was closed without one."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), timeout=ANSWER_SECONDS) as link:
        # It may have answered and closed meanwhile; the answer can still be read.
        with suppress(OSError):
            for part in parts:
                link.sendall(part)
            if half_close:
                link.shutdown(socket.SHUT_WR)
        return _status(link)


def _status(link: socket.socket) -> int | None:
    try:
        response = HTTPResponse(link)
        response.begin()
        response.read()
    except (HTTPException, ConnectionError):
        return None
    return response.status


def head(*headers: str) -> bytes:
    lines = ("POST /v1/evaluations HTTP/1.1", "Host: gateway", "Content-Type: application/json", *headers)
    return "\r\n".join([*lines, "", ""]).encode()


def body_of(size: int) -> bytes:
    return written({"input": "x"}).encode().ljust(size)


def chunked(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        part = body[start : start + size]
        yield f"{len(part):x}\r\n".encode() + part + b"\r\n"
    yield b"0\r\n\r\n"


def accepted(stores: Stores) -> tuple[int, int]:
    return len(stores.states.records), len(stores.publisher.published)


def submit(url: str, content: bytes | Iterable[bytes]) -> httpx2.Response:
    return CLIENT.post(url + "/v1/evaluations", content=content, headers={"Content-Type": "application/json"})


@pytest.mark.fault("F43")
@CASES
@given(over=st.integers(-40, 40), chunk=st.none() | st.integers(1000, 70_000))
def test_a_body_is_taken_up_to_the_limit_and_not_beyond(gateway: Gateway, over: int, chunk: int | None) -> None:
    url, stores = gateway
    before, body = accepted(stores), body_of(LIMIT + over)
    if chunk is None:
        status = exchange(url, head(f"Content-Length: {len(body)}", "Connection: close"), body)
    else:
        status = exchange(url, head("Transfer-Encoding: chunked", "Connection: close"), *chunked(body, chunk))
    assert status == (413 if over > 0 else 202)
    assert (accepted(stores) == before) is (over > 0)


@pytest.mark.fault("F43")
@pytest.mark.parametrize("claimed", [str(LIMIT + 1), "999999999999", "9" * 30, "-1", "1e3", "0x10", "5 5", "", "+9"])
def test_a_length_that_is_too_large_or_no_number_is_answered_before_the_body_comes(
    gateway: Gateway, claimed: str
) -> None:
    url, stores = gateway
    before = accepted(stores)
    assert exchange(url, head(f"Content-Length: {claimed}")) in REFUSED
    assert accepted(stores) == before


@pytest.mark.fault("F43")
@pytest.mark.parametrize(
    "headers",
    [
        ("Content-Length: 5", "Content-Length: 15"),
        ("Content-Length: 15", "Transfer-Encoding: chunked"),
        ("Transfer-Encoding: chunked, identity",),
        ("Transfer-Encoding: gzip",),
    ],
)
def test_two_lengths_that_contradict_each_other_start_nothing(gateway: Gateway, headers: tuple[str, ...]) -> None:
    url, stores = gateway
    before = accepted(stores)
    assert exchange(url, head(*headers), b'{"input": "x"}\r\n', half_close=True) in (*REFUSED, None)
    assert accepted(stores) == before


@pytest.mark.fault("F43")
@CASES
@given(sent=st.integers(0, 500), missing=st.integers(1, 500))
def test_a_body_shorter_than_its_length_starts_nothing(gateway: Gateway, sent: int, missing: int) -> None:
    url, stores = gateway
    before = accepted(stores)
    body = body_of(500)[:sent]
    assert exchange(url, head(f"Content-Length: {sent + missing}"), body, half_close=True) in (*REFUSED, None)
    assert accepted(stores) == before


@pytest.mark.fault("F43")
@CASES
@given(sent=st.integers(14, 500), claimed=st.integers(0, 13))
def test_a_body_longer_than_its_length_is_cut_there_and_refused(gateway: Gateway, sent: int, claimed: int) -> None:
    url, stores = gateway
    before = accepted(stores)
    assert exchange(url, head(f"Content-Length: {claimed}"), body_of(500)[:sent], half_close=True) in REFUSED
    assert accepted(stores) == before


@pytest.mark.fault("F43")
def test_a_body_without_an_end_is_cut_at_the_limit(gateway: Gateway) -> None:
    url, stores = gateway
    before, address, sent = accepted(stores), urlsplit(url), 0
    chunk = b"10000\r\n" + b" " * 0x10000 + b"\r\n"
    with socket.create_connection((address.hostname, address.port), timeout=ANSWER_SECONDS) as link:
        link.sendall(head("Transfer-Encoding: chunked"))
        with suppress(ConnectionError):
            while sent < 4 * KERNEL_BYTES:
                link.sendall(chunk)
                sent += len(chunk)
        assert _status(link) in (413, None)
    assert sent < LIMIT + KERNEL_BYTES
    assert accepted(stores) == before


@pytest.mark.fault("F43")
@CASES
@given(rubbish=st.binary(min_size=1, max_size=60))
def test_rubbish_where_a_chunk_should_be_starts_nothing(gateway: Gateway, rubbish: bytes) -> None:
    url, stores = gateway
    before = accepted(stores)
    assert exchange(url, head("Transfer-Encoding: chunked"), rubbish, half_close=True) in (*REFUSED, None)
    assert accepted(stores) == before


@pytest.mark.fault("F44")
@CASES
@given(character=st.sampled_from("\u00e9\u4e16\U0001f600"), over=st.integers(-300, 300))
def test_what_no_message_can_carry_is_refused_before_any_state(gateway: Gateway, character: str, over: int) -> None:
    """The envelope counts the text as ASCII JSON: two bytes of the body become six, four become twelve."""
    url, stores = gateway
    width = len(written(character)) - 2
    text = character * ((MESSAGE_LIMIT - 1000 + over) // width)
    before = accepted(stores)
    answer = submit(url, json.dumps({"input": text}, ensure_ascii=False).encode())
    assert answer.status_code in (202, 413)
    if answer.status_code == 413:
        assert accepted(stores) == before
    else:
        assert len(stores.publisher.published[-1].encode()) <= MESSAGE_LIMIT
        assert INFERENCE_MESSAGE.validate_json(stores.publisher.published[-1]).identity.spec.input[0].content == text


TEXTS = st.text(st.characters(codec=None), min_size=1, max_size=40)
PLACES = (
    *("input", "output", "content", "reference", "rubric", "question", "level", "metadata", "name", "unknown"),
    *("schema", "schema name"),
)


def request_with(place: str, text: str) -> dict[str, Any]:
    criterion = {"name": "c", "question": "?"}
    parts: dict[str, dict[str, Any]] = {
        "input": {"input": text},
        "output": {"output": text},
        "content": {"input": [{"role": "user", "content": text}]},
        "reference": {"judge": {"reference": text}},
        "rubric": {"judge": {"rubric": text}},
        "question": {"judge": {"rubric": {"name": "r", "criteria": [criterion | {"question": text}]}}},
        "level": {"judge": {"rubric": {"name": "r", "criteria": [criterion | {"levels": [text, "other"]}]}}},
        "metadata": {"metadata": {"k": text}},
        "name": {"metadata": {text: "v"}},
        "unknown": {text: "v"},
        "schema": {"judge": {"cascade": {"json_schema": {"const": text}}}},
        "schema name": {"judge": {"cascade": {"json_schema": {"properties": {text: True}}}}},
    }
    return {"input": "hi"} | parts[place]


@pytest.mark.fault("F46")
@pytest.mark.parametrize("place", PLACES)
@CASES
@given(text=TEXTS)
def test_any_text_comes_back_exactly_or_is_refused_before_any_state(gateway: Gateway, place: str, text: str) -> None:
    url, stores = gateway
    before = accepted(stores)
    answer = submit(url, written(request_with(place, text)).encode())
    if answer.status_code not in (200, 202):
        assert answer.status_code in REFUSED
        assert accepted(stores) == before
        return
    assert "\0" not in text
    stored = CLIENT.get(url + answer.headers["Location"]).json()
    assert text in _texts(stored) or text in _texts(json.loads(stores.publisher.published[-1]))


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from value
            for inner in value.values():
                yield from _texts(inner)
        case list():
            for inner in value:
                yield from _texts(inner)


@pytest.mark.fault("F46")
@CASES
@given(before=st.binary(max_size=20), after=st.binary(max_size=20))
def test_bytes_that_are_no_text_are_refused(gateway: Gateway, before: bytes, after: bytes) -> None:
    url, stores = gateway
    state = accepted(stores)
    answer = submit(url, b'{"input": "' + before + b"\xff\xc0" + after + b'"}')
    assert answer.status_code in REFUSED
    assert accepted(stores) == state


@pytest.mark.fault("F46")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"[" * 10_000,
        b'{"input":' * 10_000,
        b'{"input": NaN}',
        b'{"input": "x", "candidate": {"parameters": {"temperature": NaN}}}',
        b'{"input": "x", "candidate": {"parameters": {"seed": 1e400}}}',
        b'{"input": "x", "candidate": {"parameters": {"seed": ' + b"9" * 6000 + b"}}}",
        b'{"input": "x", "judge": {"rubric": {"name": "r", "version": '
        + b"9" * 4000
        + b', "criteria": [{"name": "c", "question": "?"}]}}}',
        b'{"input": "x", "judge": {"cascade": {"json_schema": {"const": 1' + b"0" * 400 + b"}}}}",
        b'{"input": "x", "judge": {"cascade": {"json_schema": {"const": 1e400}}}}',
        b'{"input": "\x00"}',
        b'{"input": "\\u0000"}',
        b'{"input": "\\ud800"}',
        b'{"input": "\\udc00\\ud800"}',
        b'{"input": "\xed\xa0\x80"}',
        b'{"input": "x", "judge": {"cascade": {"json_schema": {"const": "\\ud800"}}}}',
        b'{"input": "x", "judge": {"cascade": {"json_schema": {"properties": {"\\ud800": true}}}}}',
        b'\xff\xfe{"input": "x"}',
        *OTHER_ENCODINGS,
        b'\xef\xbb\xbf{"input": "\\u0000"}',
    ],
)
def test_a_body_that_is_no_request_is_refused(gateway: Gateway, body: bytes) -> None:
    url, stores = gateway
    before = accepted(stores)
    answer = submit(url, body)
    if body in OTHER_ENCODINGS:  # Python's reader knows them too
        assert answer.status_code in (200, 202)
        return
    assert answer.status_code in REFUSED
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert accepted(stores) == before


def test_after_all_this_an_ordinary_request_is_taken(gateway: Gateway) -> None:
    url, stores = gateway
    before = accepted(stores)
    assert submit(url, written({"input": "hi"}).encode()).status_code == 202
    assert accepted(stores) == tuple(count + 1 for count in before)
