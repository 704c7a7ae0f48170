"""Whatever bytes a provider sends, the reader gives a reply or our own error."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.outcomes import Usage
from runtime.providers import google_reply, openai_reply
from runtime.providers.chat_model import ChatReply, ProviderError
from tests.stubs.google_stub import google_reply as google_stub
from tests.stubs.openai_stub import openai_reply as openai_stub

READERS = [openai_reply.read_reply, google_reply.read_reply]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
OPENAI = st.fixed_dictionaries(
    {
        "choices": JSON
        | st.lists(
            st.fixed_dictionaries(
                {"message": JSON | st.fixed_dictionaries({"content": JSON, "refusal": JSON})},
                optional={"finish_reason": JSON, "logprobs": JSON},
            ),
            max_size=2,
        )
    },
    optional={"model": JSON, "usage": JSON | st.fixed_dictionaries({"prompt_tokens": JSON, "completion_tokens": JSON})},
)
GOOGLE = st.fixed_dictionaries(
    {
        "candidates": JSON
        | st.lists(
            st.fixed_dictionaries(
                {
                    "content": JSON
                    | st.fixed_dictionaries({"parts": JSON | st.lists(st.fixed_dictionaries({"text": JSON}))})
                },
                optional={"finishReason": JSON},
            ),
            max_size=2,
        )
    },
    optional={
        "modelVersion": JSON,
        "promptFeedback": JSON,
        "usageMetadata": JSON
        | st.fixed_dictionaries({"promptTokenCount": JSON, "candidatesTokenCount": JSON, "thoughtsTokenCount": JSON}),
    },
)


@pytest.mark.fault("F20")
@pytest.mark.parametrize("read", READERS)
@given(body=st.binary() | (JSON | OPENAI | GOOGLE).map(lambda value: json.dumps(value).encode()))
def test_any_bytes_give_a_reply_or_our_error(read: Callable[[bytes], ChatReply], body: bytes) -> None:
    try:
        reply = read(body)
    except ProviderError:
        return
    reply.text.encode()
    assert reply.usage is None or reply.usage.output_tokens >= 0


@pytest.mark.parametrize("body", [openai_stub("strange_usage", body={"model": "m"}, key="").body])
def test_an_openai_answer_counts_although_the_facts_beside_it_are_nonsense(body: bytes) -> None:
    reply = openai_reply.read_reply(body)
    assert reply.text
    assert (reply.usage, reply.served_model) == (None, None)


def test_a_google_answer_counts_although_the_facts_beside_it_are_nonsense() -> None:
    reply = google_reply.read_reply(google_stub("strange_usage", body={}, key="", model="m").body)
    assert reply.text
    assert (reply.usage, reply.served_model) == (None, None)


def test_googles_thoughts_are_charged_but_not_part_of_the_answer() -> None:
    reply = google_reply.read_reply(google_stub("ok", body={}, key="", model="m").body)
    assert "let me see" not in reply.text
    assert reply.usage == Usage(input_tokens=11, output_tokens=4 + 3)


def test_an_alternative_that_comes_twice_keeps_its_better_probability() -> None:
    top = [{"token": "Yes", "logprob": -2.0}, {"token": "Yes", "logprob": -0.1}, {"token": "No", "logprob": -1e400}]
    body = {"choices": [{"message": {"content": "Yes"}, "logprobs": {"content": [{"top_logprobs": top}]}}]}
    assert openai_reply.read_reply(json.dumps(body).encode()).first_token_logprobs == {"Yes": -0.1}
