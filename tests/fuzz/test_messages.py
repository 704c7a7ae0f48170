"""Message envelopes: whatever a queue hands out is read as a message or refused with the one error that is expected."""

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from config.topology import Provider, Stage
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.messages import (
    INFERENCE_MESSAGE,
    JUDGE_MESSAGE,
    EvaluationRequested,
    InferenceCompleted,
    InferenceFailed,
)
from runtime.messaging.encoding import encode_message
from tests.contract.evaluations import answer, identity
from tests.fuzz.cases import MANY_CASES
from tests.fuzz.json_texts import ANY_VALUE, STRANGE, changed, written
from tests.runtime.stages.setup import sealed

pytestmark = pytest.mark.fault("F14")
IDENTITY = identity(tenant="t")
KEY = sealed(Stage.JUDGE, Provider.GOOGLE)
SECRET = "sk-in-the-envelope"
VALID = {
    "requested": (INFERENCE_MESSAGE, EvaluationRequested(identity=IDENTITY, candidate_key=KEY, judge_key=KEY)),
    "completed": (JUDGE_MESSAGE, InferenceCompleted(identity=IDENTITY, inference_result=answer(), judge_key=KEY)),
    "failed": (JUDGE_MESSAGE, InferenceFailed(identity=IDENTITY, failure=failure(FailureReason.AUTH, Stage.JUDGE))),
}
ENVELOPES = [pytest.param(*pair, id=name) for name, pair in VALID.items()]
MOST_BYTES = 2**20


def read_or_refused(adapter: TypeAdapter[Any], body: str) -> Any:
    """The message, or None. Any other error than the one that workers expect fails the test."""
    with suppress(ValidationError):
        return adapter.validate_json(body)
    return None


def encoded(message: Any) -> str:
    return encode_message(message, max_bytes=MOST_BYTES)


@pytest.mark.parametrize(("adapter", "valid"), ENVELOPES)
def test_an_envelope_comes_back_as_it_was_sent(adapter: TypeAdapter[Any], valid: Any) -> None:
    assert read_or_refused(adapter, encoded(valid)) == valid


@pytest.mark.parametrize("strange", STRANGE.values(), ids=STRANGE)
@pytest.mark.parametrize(("adapter", "valid"), ENVELOPES)
def test_a_strange_envelope_is_refused(adapter: TypeAdapter[Any], valid: Any, strange: Callable[[str], str]) -> None:
    assert read_or_refused(adapter, strange(encoded(valid))) is None


@pytest.mark.parametrize("adapter", [INFERENCE_MESSAGE, JUDGE_MESSAGE], ids=["inference", "judge"])
@MANY_CASES
@given(value=ANY_VALUE)
def test_any_json_is_refused(adapter: TypeAdapter[Any], value: Any) -> None:
    assert read_or_refused(adapter, written(value)) is None


@pytest.mark.parametrize("adapter", [INFERENCE_MESSAGE, JUDGE_MESSAGE], ids=["inference", "judge"])
@MANY_CASES
@given(body=st.text(st.characters(codec=None)))
def test_any_text_is_refused(adapter: TypeAdapter[Any], body: str) -> None:
    assert read_or_refused(adapter, body) is None


@pytest.mark.parametrize(("adapter", "valid"), ENVELOPES)
@MANY_CASES
@given(data=st.data())
def test_a_changed_envelope_is_refused_or_is_a_message_that_can_be_sent_again(
    adapter: TypeAdapter[Any], valid: Any, data: st.DataObject
) -> None:
    message = read_or_refused(adapter, data.draw(changed(json.loads(encoded(valid)))))
    if message is not None:
        assert read_or_refused(adapter, encoded(message)) == message


@pytest.mark.parametrize(("adapter", "valid"), ENVELOPES)
@pytest.mark.parametrize("version", [0, 2, "1", 1.5, None, 10**400])
def test_another_version_is_refused(adapter: TypeAdapter[Any], valid: Any, version: object) -> None:
    document = json.loads(encoded(valid)) | {"version": version}
    assert read_or_refused(adapter, written(document)) is None


@pytest.mark.parametrize(("adapter", "valid"), ENVELOPES)
def test_the_error_of_a_refused_envelope_repeats_nothing_of_it(adapter: TypeAdapter[Any], valid: Any) -> None:
    document = json.loads(encoded(valid)) | {"identity": SECRET, "judge_key": {"ciphertext": SECRET}}
    with pytest.raises(ValidationError) as caught:
        adapter.validate_json(written(document))
    assert SECRET not in str(caught.value)
