"""What is kept of an evaluation that ended."""

import pytest

from runtime.contracts.evaluation import CascadeSettings, EvaluationRecord, JudgeSettings, Mode
from runtime.contracts.failures import FailureReason, failure
from runtime.contracts.judged import identities, judged
from runtime.contracts.lifecycle import Status
from runtime.contracts.outcomes import Juror, Method, Outcome
from runtime.contracts.rubrics import DEFAULT_RUBRIC
from tests.contract.evaluations import answer, completed, failed, identity, spec, verdict

GATED = DEFAULT_RUBRIC.model_copy(
    update={"criteria": tuple(one.model_copy(update={"gate_level": 1}) for one in DEFAULT_RUBRIC.criteria)}
)


def by(*jurors: Juror, **judge: object) -> EvaluationRecord:
    settings = JudgeSettings.model_validate({"model": "google/a", "rubric": DEFAULT_RUBRIC, **judge})
    record = completed(identity(tenant="t", spec=spec(judge=settings)))
    return record.model_copy(update={"judge_result": verdict(0.7).model_copy(update={"jury": jurors})})


def test_lengths_are_of_the_answer_and_its_baseline_in_characters() -> None:
    record = completed(identity(tenant="t", spec=spec(baseline="é\U0001f600")))
    found = judged(record.model_copy(update={"inference_result": answer("Titán.")}))
    assert (found.output_length, found.baseline_length, found.score) == (6, 2, 0.85)


def test_a_failure_has_an_outcome_and_no_score_also_where_only_its_reason_is_known() -> None:
    record = failed(identity(tenant="t"), outcome=Outcome.BLOCKED)
    assert (judged(record).outcome, judged(record).score) == (Outcome.BLOCKED, None)
    never = record.model_copy(update={"outcome": None, "failure": failure(FailureReason.NOT_PUBLISHED, None)})
    assert judged(never).outcome is Outcome.INFERENCE_ERROR


def test_an_open_evaluation_is_nothing_to_measure() -> None:
    with pytest.raises(ValueError, match="open"):
        judged(completed(identity(tenant="t")).model_copy(update={"status": Status.JUDGE}))


def test_only_a_vote_is_a_vote() -> None:
    record = by(
        Juror(model="google/a", part="voted", score=0.7, served_model="a-1"),
        Juror(model="google/b", part="escalated", score=0.2, served_model="b-1"),
        Juror(model="google/c", part="abstained"),
    )
    found = judged(record).verdict
    assert found is not None
    assert (found.votes, found.served_models) == ((("google/a", 0.7),), ("a-1", "b-1"))


@pytest.mark.parametrize(
    ("voted", "methods"),
    [
        ((Method.LIKELIHOOD, Method.LIKELIHOOD), (Method.LIKELIHOOD,)),
        ((Method.STRUCTURED_VERDICT, Method.LIKELIHOOD), (Method.LIKELIHOOD, Method.STRUCTURED_VERDICT)),
        # Written before a member's method was kept.
        ((None, None), (Method.JURY,)),
    ],
)
def test_a_jury_judges_by_the_methods_of_its_voters(
    voted: tuple[Method | None, ...], methods: tuple[Method, ...]
) -> None:
    record = by(*(Juror(model=f"google/{place}", part="voted", score=1, method=one) for place, one in enumerate(voted)))
    assert record.judge_result is not None
    jury = record.judge_result.model_copy(update={"method": Method.JURY})
    found = judged(record.model_copy(update={"judge_result": jury})).verdict
    assert found is not None
    assert found.methods == methods


def test_a_cascade_judges_by_the_method_of_the_step_that_decided() -> None:
    first = Juror(model="google/b", part="escalated", score=0.2, method=Method.LIKELIHOOD)
    found = judged(by(first, Juror(model="google/a", part="voted", score=0.7, method=Method.PROSE_VERDICT))).verdict
    assert found is not None
    assert found.methods == (Method.PROSE_VERDICT,)


@pytest.mark.parametrize(
    "changed",
    [
        {"jury": ({"model": "google/b", "accuracy": 0.9},)},
        {"cascade": {"min_confidence": 0.5}},
        {"cascade": {"json_schema": {"type": "object"}}},
        {"samples": 3},
        {"rubric": GATED},
    ],
)
def test_a_judge_of_the_same_names_with_other_settings_is_another_judge(changed: dict[str, object]) -> None:
    usual = {"jury": ({"model": "google/b", "accuracy": 0.8},), "cascade": {"min_confidence": 0.9}}
    one, other = judged(by(**usual)).judge, judged(by(**usual | changed)).judge
    assert (one.requested_model, one.rubric, one.mode) == (other.requested_model, other.rubric, other.mode)
    assert one != other
    assert len(identities(map(judged, (by(**usual), by(**usual | changed))))) == 2


def test_the_reference_is_the_items_and_makes_no_other_judge() -> None:
    one, other = judged(by(reference="Titan.")).judge, judged(by()).judge
    assert one == other
    assert len(one.settings_hash) == 16


def test_a_judge_with_a_cheaper_one_before_it_is_another_judge() -> None:
    plain, cascade = by(), by(cascade=CascadeSettings(first="google/small"))
    found = identities(map(judged, (plain, cascade, cascade)))
    assert [(one.requested_model, one.mode) for one in found] == [
        ("google/a, google/small", Mode.POINTWISE),
        ("google/a", Mode.POINTWISE),
    ]
