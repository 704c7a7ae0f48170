"""A run summed up: over what was scored, with what a reader has to know."""

import random
import tracemalloc
from typing import Any
from uuid import uuid4

import pytest

from runtime.contracts.calibration import Calibration, RunSummary, Spending
from runtime.contracts.judged import Judged, JudgeKey, identities
from runtime.contracts.outcomes import Outcome, Usage
from runtime.measure.binary import Confusion, corrected_pass_rate
from runtime.measure.card import judge_card
from runtime.measure.run_summary import run_summary
from tests.contract.evaluations import START
from tests.runtime.measure.judged_items import KEY, failed, labelled, scored


def calibration(errors: int = 10, **judge: Any) -> Calibration:
    """Of 100 labels, half of them passes; `errors` of each kind."""
    items = [
        labelled(scored(0.2 + 0.6 * (passed != (place < errors)) + place / 1000), passed=passed)
        for passed in (True, False)
        for place in range(50)
    ]
    (identity,) = identities([item.judged for item in items])
    return Calibration(
        id=uuid4(),
        tenant="t",
        name="spring",
        created_at=START,
        judge=identity.model_copy(update=judge),
        card=judge_card(items, pass_score=0.5),
    )


def like_the_calibration(count: int = 100, **changes: Any) -> list[Judged]:
    chance = random.Random(4)  # noqa: S311 - the same each time
    return [scored(0.2 + 0.6 * chance.randint(0, 1) + chance.random() / 20, **changes) for _ in range(count)]


def summed(items: list[Judged], of: Calibration | None = None, newest: Calibration | None = None) -> RunSummary:
    return run_summary("r", items, still_open=0, calibration=of, newest=newest)


def test_a_run_is_counted_and_its_mean_is_over_what_was_scored() -> None:
    items = [*(scored(score / 40) for score in range(41)), failed(), failed(Outcome.REFUSED)]
    found = run_summary("r", items, still_open=3, calibration=None, newest=None)
    assert (found.evaluations, found.open) == (46, 3)
    assert found.outcomes == {Outcome.SCORED: 41, Outcome.JUDGE_ERROR: 1, Outcome.REFUSED: 1}
    assert found.coverage == 41 / 43
    assert found.mean_score is not None
    assert found.mean_score.value == pytest.approx(0.5)
    assert 0.35 < found.mean_score.low < 0.5 < found.mean_score.high < 0.65


def test_candidate_and_judge_are_added_up_apart_over_what_was_counted() -> None:
    spent = Spending(usage=Usage(input_tokens=7, output_tokens=2))
    found = summed([scored(0.5, candidate_spending=spent), scored(0.5), failed(candidate_spending=spent)])
    assert found.candidate == Spending(usage=Usage(input_tokens=14, output_tokens=4), cost_usd=None)
    assert found.judge == Spending(usage=Usage(input_tokens=20, output_tokens=2), cost_usd=0.5)


def test_one_without_a_price_leaves_its_tokens_and_no_cost() -> None:
    unpriced = Spending(usage=Usage(input_tokens=7, output_tokens=2))
    found = summed([scored(0.5), scored(0.5, judge_spending=unpriced)])
    assert found.judge == Spending(usage=Usage(input_tokens=17, output_tokens=3), cost_usd=None)
    # What was never counted, as a failed call's, is not part of the sum.
    assert summed([scored(0.5), failed()]).judge.cost_usd == 0.25


def test_a_jury_has_its_alpha_and_those_that_need_a_human_are_counted() -> None:
    agreed = [scored(s, of={"votes": (("a", s), ("b", s)), "needs_human": s > 0.5}) for s in (0.1, 0.5, 0.9)]
    assert summed(agreed).jury_alpha == pytest.approx(1)
    assert summed(agreed).needs_human == 1
    split = [scored(s, of={"votes": (("a", s), ("b", 1 - s))}) for s in (0.1, 0.5, 0.9)]
    alpha = summed(split).jury_alpha
    assert alpha is not None
    assert alpha < 0
    assert summed([scored(0.5)]).jury_alpha is None


def test_with_a_calibration_the_pass_rate_is_measured_and_corrected() -> None:
    items, of = like_the_calibration(), calibration()
    found = summed(items, of)
    passed = sum(item.score is not None and item.score >= 0.5 for item in items) / len(items)
    rate = found.pass_rate
    assert rate is not None
    assert rate.corrected is not None
    assert rate.calibration_id == of.id
    assert rate.measured.value == passed
    assert rate.corrected.value == pytest.approx((passed + 0.8 - 1) / 0.6)
    assert found.warnings == ()


def test_what_is_corrected_was_cut_as_the_items_were_whose_errors_correct_it() -> None:
    chance = random.Random(3)  # noqa: S311 - the same each time
    labels = [labelled(scored(chance.gauss(0.4 + 0.2 * one, 0.1)), passed=bool(one)) for one in (0, 1) * 40]
    card = judge_card(labels)
    (true_fail, false_pass), (false_fail, true_pass) = card.confusion.counts
    scores = [place / 200 for place in range(200)]
    rate = summed([scored(score) for score in scores], calibration().model_copy(update={"card": card})).pass_rate
    assert rate is not None
    assert card.pass_score is not None
    assert len(set(card.fold_pass_scores)) > 1
    assert rate.measured.value == sum(score >= card.pass_score for score in scores) / 200
    passed = sum(sum(score >= cut for score in scores) for cut in card.fold_pass_scores) / 5
    errors = Confusion(true_pass=true_pass, false_pass=false_pass, true_fail=true_fail, false_fail=false_fail)
    assert rate.corrected == corrected_pass_rate(passed, 200, errors)


def test_a_judge_no_better_than_chance_corrects_nothing_and_that_is_said() -> None:
    found = summed(like_the_calibration(), calibration(errors=25))
    assert found.pass_rate is not None
    assert found.pass_rate.corrected is None
    assert len(found.warnings) == 2
    assert all("chance" in warning for warning in found.warnings)


def test_a_run_that_the_labels_errors_do_not_fit_has_no_corrected_rate_and_that_is_said() -> None:
    found = summed([scored(0.2) for _ in range(100)], calibration())
    assert found.pass_rate is not None
    assert (found.pass_rate.measured.value, found.pass_rate.corrected) == (0, None)
    assert [one for one in found.warnings if "cannot be corrected: the labels' errors do not fit this run" in one]


@pytest.mark.parametrize(
    ("change", "word"),
    [({"served_models": ("j-002",)}, "j-002 was served, then it was j-001"), ({"prompt_hash": "other"}, "other words")],
)
def test_a_judge_that_changed_since_its_calibration_is_told(change: dict[str, Any], word: str) -> None:
    (warning,) = summed(like_the_calibration(of=change), calibration()).warnings
    assert "changed since its calibration" in warning
    assert word in warning


def test_data_that_drifted_since_the_calibration_is_told() -> None:
    lengths, scores = (
        summed(like_the_calibration(output_length=900), calibration()),
        summed([scored(0.95 + place / 10_000) for place in range(100)], calibration()),
    )
    assert ["lengths differ" in warning for warning in lengths.warnings] == [True]
    # All of them pass, and of a judge with these errors not even that many would.
    drifted, does_not_fit = scores.warnings
    assert "scores differ" in drifted
    assert "do not fit this run" in does_not_fit


def test_a_calibration_of_another_judge_says_nothing_about_this_one() -> None:
    other = calibration(requested_model="google/older")
    found = summed(like_the_calibration(), newest=other)
    assert found.pass_rate is None
    (warning,) = found.warnings
    assert "(spring) is of google/older with mine@1, pointwise, settings s, the run's judge is google/j" in warning
    assert "no calibration" in summed(like_the_calibration()).warnings[0]


def test_a_calibration_of_the_same_judge_with_other_settings_is_told_by_them() -> None:
    (warning,) = summed(like_the_calibration(), newest=calibration(settings_hash="before")).warnings
    assert "The judge changed" in warning
    assert "settings before" in warning


def test_several_judges_in_one_run_are_told_and_named_the_most_used_first() -> None:
    other = JudgeKey(requested_model="google/k", rubric="mine@1", mode=KEY.mode, settings_hash="s")
    found = summed([*like_the_calibration(40), scored(0.5, judge=other)], calibration())
    assert [judge.requested_model for judge in found.judges] == ["google/j", "google/k"]
    assert found.pass_rate is None
    assert ["Several judges" in warning for warning in found.warnings] == [True]


def test_few_scores_are_told_and_one_has_no_interval() -> None:
    found = summed([scored(0.5)], calibration())
    assert found.mean_score is None
    assert any("Only 1 have a score" in warning for warning in found.warnings)


@pytest.mark.parametrize(("score", "items", "low", "high"), [(1, 19, 0.832, 1), (1, 20, 0.839, 1), (0, 200, 0, 0.019)])
def test_scores_that_are_all_the_same_are_no_certainty(score: float, items: int, low: float, high: float) -> None:
    found = summed([scored(score) for _ in range(items)]).mean_score
    assert found is not None
    assert found.value == score
    assert (found.low, found.high) == pytest.approx((low, high), abs=0.001)


def test_a_run_that_has_only_open_evaluations_has_no_figures() -> None:
    found = run_summary("r", [], still_open=4, calibration=None, newest=None)
    assert (found.evaluations, found.open, found.coverage, found.mean_score, found.judges) == (4, 4, None, None, ())


def test_the_largest_run_is_summed_up_in_little_memory() -> None:
    items = [scored(place / 20_000) for place in range(20_000)]
    tracemalloc.start()
    summed(items)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 150 * 2**20
