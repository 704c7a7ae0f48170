"""Which bodies are the same one to an Idempotency-Key."""

from typing import Any

import pytest

from runtime.gateway.idempotency import claim_of
from runtime.gateway.schemas import EvaluationIn

BODY: dict[str, Any] = {
    "input": "hi",
    "judge": {"rubric": {"name": "mine", "criteria": [{"name": "correct", "question": "Is it?"}]}},
    "metadata": {"a": "1"},
}


class LaterEvaluationIn(EvaluationIn):
    """That of a deployment to come."""

    added: bool = False


def body_hash(body: dict[str, Any], shape: type[EvaluationIn] = EvaluationIn) -> str:
    claim = claim_of("key", shape.model_validate(body))
    assert claim is not None
    return claim.body_hash


def test_the_order_of_the_fields_makes_no_other_body() -> None:
    assert body_hash(dict(reversed(BODY.items()))) == body_hash(BODY)


def test_a_field_with_a_default_that_a_deployment_adds_makes_no_other_body() -> None:
    assert body_hash(BODY, LaterEvaluationIn) == body_hash(BODY)


@pytest.mark.parametrize(
    "other",
    [
        {"input": "ho"},
        {"output": "an answer"},
        {"candidate": {"model": "openai/x"}},
        {"judge": {"model": "google/y"}},
        {"judge": {"rubric": {"name": "mine", "criteria": [{"name": "correct", "question": "Is it not?"}]}}},
        {"metadata": {"a": "2"}},
        {"run": "r"},
    ],
)
def test_whatever_else_is_asked_for_is_another_body(other: dict[str, Any]) -> None:
    assert body_hash(BODY | other) != body_hash(BODY)


def test_without_a_key_nothing_is_claimed() -> None:
    assert claim_of(None, EvaluationIn.model_validate(BODY)) is None
