"""What a request may say about its judge, and what is told to whoever says something else."""

from typing import Any

import pytest

from runtime.gateway.resolve import resolve
from runtime.gateway.schemas import EvaluationIn
from runtime.kit.problems import Problem
from tests.runtime.documents import runtime_document

LOCAL, GOOGLE = "local/small", "google/gemini-3-flash"
JURY = [{"model": LOCAL, "accuracy": 0.6}, {"model": GOOGLE, "accuracy": 0.9}]


def asked(judge: dict[str, Any], **rest: Any) -> EvaluationIn:
    return EvaluationIn.model_validate({"input": "hi", "output": "an answer", "judge": judge, **rest})


@pytest.mark.parametrize(
    ("judge", "baseline", "pointer"),
    [
        ({"mode": "pairwise"}, None, "/baseline"),
        ({}, "another", "/judge/mode"),
        ({"model": LOCAL, "jury": JURY}, None, "/judge/model"),
        ({"jury": [JURY[0], JURY[0]]}, None, "/judge/jury"),
        ({"jury": JURY, "cascade": {}}, None, "/judge/cascade"),
        ({"jury": [*JURY, {"model": "local/giant", "accuracy": 0.7}]}, None, "/judge/jury/2/model"),
        ({"jury": [*JURY, {"model": "openai/x", "accuracy": 0.7}]}, None, "/judge"),
        ({"jury": [{"model": LOCAL, "accuracy": 0.5}, {"model": GOOGLE, "accuracy": 0.2}]}, None, "/judge/jury"),
        ({"cascade": {"exact_match": True}}, None, "/judge/reference"),
        ({"cascade": {"first": "local/giant"}}, None, "/judge/cascade/first"),
        ({"cascade": {"first": GOOGLE}, "model": GOOGLE}, None, "/judge/cascade/first"),
        ({"cascade": {"json_schema": {"pattern": "(a+)+$"}}}, None, "/judge/cascade/json_schema"),
        ({"mode": "pairwise", "cascade": {"json_schema": {}}}, "another", "/judge/cascade"),
        ({"mode": "pairwise", "samples": 3, "model": GOOGLE}, "another", "/judge/mode"),
        ({"decision_endpoint": True, "samples": 3, "model": GOOGLE}, None, "/judge/samples"),
        ({"samples": 3, "model": LOCAL}, None, "/judge/samples"),
        ({"decision_endpoint": True, "model": LOCAL}, None, "/judge/decision_endpoint"),
        ({"rubric": "unknown"}, None, "/judge/rubric"),
        ({"rubric": "reference_correctness"}, None, "/judge/reference"),
        ({"rubric": "reference_correctness@1"}, None, "/judge/reference"),
    ],
)
def test_what_does_not_fit_together_is_refused_with_its_place(
    judge: dict[str, Any], baseline: str | None, pointer: str
) -> None:
    with pytest.raises(Problem) as caught:
        resolve(asked(judge, **({"baseline": baseline} if baseline else {})), runtime_document())
    assert pointer in [error.pointer for error in caught.value.body.errors or ()]


def test_a_jurys_first_judge_names_it_and_all_its_models_are_known() -> None:
    settings = resolve(asked({"jury": JURY}), runtime_document()).judge
    assert (settings.model, settings.models) == (LOCAL, (LOCAL, GOOGLE))


def test_a_pair_keeps_both_answers_and_a_run_its_item() -> None:
    spec = resolve(asked({"mode": "pairwise"}, baseline="another", run="r1", item="i1"), runtime_document())
    assert (spec.output, spec.baseline, spec.run, spec.item) == ("an answer", "another", "r1", "i1")


@pytest.mark.parametrize("name", ["summary_faithfulness", "summary_faithfulness@1"])
def test_a_rubric_of_ours_is_found_by_its_name_with_or_without_a_version(name: str) -> None:
    spec = resolve(asked({"model": GOOGLE, "rubric": name}), runtime_document())
    assert spec.judge.rubric.label == "summary_faithfulness@1"


OWN_RUBRIC = {"name": "reference_correctness", "criteria": [{"name": "true", "question": "Is it true?"}]}


@pytest.mark.parametrize(
    "judge", [{"rubric": "reference_correctness", "reference": "Paris"}, {"rubric": OWN_RUBRIC}, {"rubric": "tone"}]
)
def test_only_our_rubric_about_a_reference_needs_one(judge: dict[str, Any]) -> None:
    spec = resolve(asked({"model": GOOGLE, **judge}), runtime_document())
    assert spec.judge.reference == judge.get("reference")


def test_a_version_that_there_is_not_is_refused_with_the_names_that_there_are() -> None:
    with pytest.raises(Problem) as caught:
        resolve(asked({"model": GOOGLE, "rubric": "tone@99"}), runtime_document())
    (error,) = caught.value.body.errors or ()
    assert error.pointer == "/judge/rubric"
    assert "instruction_following" in error.detail
    assert "@" not in error.detail
