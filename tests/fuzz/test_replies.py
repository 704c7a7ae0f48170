"""Providers' replies: any bytes are an answer that can be stored, or a failure with a reason of ours."""

import json
import math
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.messages import JUDGE_MESSAGE, InferenceCompleted
from runtime.contracts.outcomes import InferenceResult
from runtime.messaging.encoding import encode_message
from runtime.providers import google_reply, openai_reply
from runtime.providers.chat_model import ChatReply, ProviderError
from tests.contract.evaluations import identity
from tests.fuzz.cases import MANY_CASES
from tests.fuzz.json_texts import ANY_VALUE, STRANGE, changed, written
from tests.stubs.google_stub import google_reply as google_wire
from tests.stubs.openai_stub import openai_reply as openai_wire

OPENAI = json.loads(openai_wire("ok", body={"model": "m", "messages": [], "logprobs": True}, key="").body)
GOOGLE = json.loads(google_wire("ok", body={"contents": []}, key="", model="m").body)
READERS = [
    pytest.param(openai_reply.read_reply, OPENAI, id="openai"),
    pytest.param(google_reply.read_reply, GOOGLE, id="google"),
]
LARGEST_DOUBLE = 1e308
"""What no double can hold, MySQL refuses as JSON."""
Reader = Callable[[bytes], ChatReply]


def reply_or_reason(read: Reader, body: bytes) -> ChatReply | None:
    """What is read can travel, be stored and come back the same; None: refused for a reason of ours."""
    reply = None
    with suppress(ProviderError):
        reply = read(body)
    if reply is None:
        return None
    result = InferenceResult(output=reply.text, source="generated", served_model=reply.served_model, usage=reply.usage)
    sent = InferenceCompleted(identity=identity(tenant="t"), inference_result=result)
    assert JUDGE_MESSAGE.validate_json(encode_message(sent, max_bytes=2**30)) == sent
    usage = result.usage.model_dump() if result.usage else {}
    assert all(count < LARGEST_DOUBLE for count in usage.values())
    assert all(map(math.isfinite, (reply.first_token_logprobs or {}).values()))
    return reply


@pytest.mark.parametrize(("read", "valid"), READERS)
def test_the_document_that_is_changed_below_is_an_answer(read: Reader, valid: Any) -> None:
    assert reply_or_reason(read, written(valid).encode()) is not None


@pytest.mark.parametrize(("read", "valid"), READERS)
@MANY_CASES
@given(body=st.binary(max_size=200))
def test_any_bytes_are_refused(read: Reader, valid: Any, body: bytes) -> None:
    assert reply_or_reason(read, body) is None


@pytest.mark.parametrize(("read", "valid"), READERS)
@MANY_CASES
@given(value=ANY_VALUE)
def test_any_json_is_refused(read: Reader, valid: Any, value: Any) -> None:
    assert reply_or_reason(read, written(value).encode()) is None


@pytest.mark.parametrize(("read", "valid"), READERS)
@MANY_CASES
@given(data=st.data())
def test_a_changed_reply_is_refused_or_an_answer_that_can_be_stored(
    read: Reader, valid: Any, data: st.DataObject
) -> None:
    reply_or_reason(read, data.draw(changed(valid)).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize(("read", "valid"), READERS)
def test_a_strange_reply_is_refused_or_an_answer_that_can_be_stored(
    read: Reader, valid: Any, strange: Callable[[str], str]
) -> None:
    reply_or_reason(read, strange(written(valid)).encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize(("read", "valid"), READERS)
@MANY_CASES
@given(cut=st.integers(0, 2000), flipped=st.integers(0, 255))
def test_a_damaged_reply_is_refused_or_an_answer_that_can_be_stored(
    read: Reader, valid: Any, cut: int, flipped: int
) -> None:
    body = bytearray(written(valid).encode())
    position = cut % len(body)
    assert reply_or_reason(read, bytes(body[:position])) is None
    body[position] = flipped
    reply_or_reason(read, bytes(body))


@pytest.mark.parametrize("count", [-1, 2**31 + 1, 10**400])
def test_an_impossible_count_of_tokens_is_left_out_and_the_answer_counts(count: int) -> None:
    body = written(OPENAI | {"usage": {"prompt_tokens": count, "completion_tokens": 1}}).encode()
    reply = reply_or_reason(openai_reply.read_reply, body)
    assert reply is not None
    assert reply.usage is None
