"""What is said about a judge, from good to poor."""

import pytest

from runtime.contracts.calibration import FEW_SCORED, Estimate, JudgeCard
from runtime.contracts.card_words import coverage_words, figures, verdict
from tests.contract.calibrations import BINARY, PAIRS


@pytest.mark.parametrize(
    ("kappa", "said"),
    [
        ((-0.1, -0.3, 0.1), "no better than chance"),
        ((0.1, -0.1, 0.3), "Chance cannot be ruled out"),
        ((0.3, 0.1, 0.5), "weakly"),
        ((0.5, 0.3, 0.7), "Moderate"),
        ((0.8, 0.7, 0.9), "Substantial"),
    ],
)
def test_a_verdict_in_words_follows_kappa_and_its_interval(kappa: tuple[float, float, float], said: str) -> None:
    value, low, high = kappa
    assert said in verdict(BINARY.model_copy(update={"kappa": Estimate(value=value, low=low, high=high)}))


def test_of_few_items_nothing_is_said_however_well_they_agree() -> None:
    few = BINARY.model_copy(update={"scored": FEW_SCORED - 1, "kappa": Estimate(value=1, low=0.9, high=1)})
    assert verdict(few) == "Too few items to say: label at least 20 that have a score."


def test_a_judge_that_does_not_beat_a_baseline_is_told_so() -> None:
    poor = BINARY.model_copy(update={"accuracy": Estimate(value=0.5, low=0.4, high=0.6)})
    assert "does not beat `always pass`" in verdict(poor)
    assert "does not beat" not in verdict(BINARY)


def test_what_has_no_score_is_counted_by_its_outcome() -> None:
    assert coverage_words(BINARY) == "20 of 21 items scored; without a score: 1 judge_error"


def test_where_the_pass_score_was_chosen_it_is_said_how_the_items_were_cut() -> None:
    fitted = BINARY.model_copy(update={"pass_score_fitted": True})
    assert coverage_words(fitted).endswith("each item was cut by a pass score chosen on other items")
    assert any("chosen on these labels" in value for _, value, _ in figures(fitted))


@pytest.mark.parametrize("card", [BINARY, PAIRS])
def test_each_figure_that_a_card_has_is_named_once(card: JudgeCard) -> None:
    names = [name for name, _, _ in figures(card)]
    assert len(set(names)) == len(names)
    assert ("sensitivity" in names) is (card.sensitivity is not None)
    assert ("order consistency" in names) is (card.pairwise is not None)
