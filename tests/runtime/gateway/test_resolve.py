import pytest

from config.runtime_document import DefaultModels, RuntimeDocument
from config.topology import Provider
from runtime.contracts.rubrics import DEFAULT_RUBRIC
from runtime.gateway.resolve import resolve
from runtime.gateway.schemas import EvaluationIn
from runtime.kit.problems import Problem
from tests.runtime.documents import runtime_document

NO_DEFAULTS = runtime_document(default_models=DefaultModels())


def refused(body: dict[str, object], document: RuntimeDocument | None = None) -> dict[str, str]:
    with pytest.raises(Problem) as caught:
        resolve(EvaluationIn.model_validate(body), document or runtime_document())
    assert caught.value.body.status == 422
    return {error.pointer: error.detail for error in caught.value.body.errors}


def test_input_alone_is_answered_and_judged_by_the_default_models() -> None:
    spec = resolve(EvaluationIn(input="What is 2 + 2?"), runtime_document())
    assert spec.candidate is not None
    assert (spec.candidate.model, spec.judge.model) == ("local/small", "local/small")
    assert spec.judge.rubric == DEFAULT_RUBRIC
    assert [(message.role, message.content) for message in spec.input] == [("user", "What is 2 + 2?")]


def test_a_given_answer_needs_no_candidate() -> None:
    spec = resolve(EvaluationIn(input="What is 2 + 2?", output="4"), runtime_document())
    assert spec.candidate is None
    assert spec.output == "4"


def test_the_author_of_a_given_answer_may_be_any_known_provider() -> None:
    body = EvaluationIn.model_validate({"input": "hi", "output": "ho", "candidate": {"model": "google/any"}})
    spec = resolve(body, runtime_document())
    assert spec.candidate is not None
    assert spec.candidate.model == "google/any"


def test_without_defaults_the_models_must_be_named() -> None:
    assert set(refused({"input": "hi"}, NO_DEFAULTS)) == {"/candidate/model", "/judge/model"}


def test_a_provider_that_the_stage_cannot_reach_is_refused_with_those_it_can() -> None:
    everything = runtime_document()
    without_openai = {name: one for name, one in everything.providers.items() if name is not Provider.OPENAI}
    document = everything.model_copy(update={"providers": without_openai})
    body: dict[str, object] = {"input": "hi", "candidate": {"model": "google/x"}, "judge": {"model": "openai/x"}}
    assert "openai/... or local/..." in refused(body)["/candidate/model"]
    assert "use google/... or local/..." in refused(body, document)["/judge/model"]


def test_an_unknown_local_model_is_refused_with_the_known_ones() -> None:
    assert "local/small" in refused({"input": "hi", "judge": {"model": "local/giant"}})["/judge/model"]


def test_an_unknown_rubric_is_refused_with_the_known_ones() -> None:
    assert "correct_and_helpful" in refused({"input": "hi", "judge": {"rubric": "nonsense"}})["/judge/rubric"]
