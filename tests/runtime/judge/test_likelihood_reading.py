import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import CriterionScore
from runtime.contracts.two_orders import Preference
from runtime.judge.likelihood_reading import better, preference, shares
from runtime.judge.scoring import confidence, expected
from runtime.providers.chat_model import ProviderError

SCORES = st.floats(min_value=0, max_value=1)


def criterion(*probabilities: float, weight: float = 1) -> CriterionScore:
    return CriterionScore(name="c", weight=weight, score=expected(probabilities), probabilities=probabilities)


def test_spellings_of_a_word_count_together_and_other_words_do_not_count() -> None:
    alternatives = {"Yes": math.log(0.2), " yes": math.log(0.1), "NO": math.log(0.3), "Not": math.log(0.4)}
    assert shares(alternatives, ("no", "yes")) == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize(
    "alternatives",
    [
        {"Well": -0.1},
        {"The": -1e-4, "I": -9.5, " Yes": -17},
        {"The": math.log(0.99), "Yes": math.log(0.005), "No": math.log(0.004)},
        {},
    ],
)
def test_where_a_model_says_hardly_any_of_the_words_there_is_no_verdict(alternatives: dict[str, float]) -> None:
    with pytest.raises(ProviderError) as failed:
        shares(alternatives, ("no", "yes"))
    assert failed.value.reason is FailureReason.UNPARSEABLE


def test_a_model_that_would_rather_say_more_has_still_given_a_verdict() -> None:
    alternatives = {"The": math.log(0.9), "Yes": math.log(0.015), "No": math.log(0.005)}
    assert shares(alternatives, ("no", "yes")) == pytest.approx((0.25, 0.75))


def test_the_expectation_is_between_the_worst_and_the_best_level() -> None:
    assert expected((0.25, 0.75)) == 0.75
    assert expected((1, 0, 0)) == 0
    assert expected((0, 0, 1)) == 1
    assert expected((0.5, 0, 0.5)) == 0.5


def test_a_judge_is_as_confident_as_its_likeliest_levels_are_likely() -> None:
    assert confidence([criterion(0.1, 0.9)]) == 0.9
    assert confidence([criterion(0.9, 0.1)]) == 0.9
    assert confidence([criterion(0.25, 0.25, 0.25, 0.25)]) == 0.25
    assert confidence([criterion(0.1, 0.9, weight=3), criterion(0.5, 0.5)]) == pytest.approx(0.8)


def test_the_better_of_two_scores_is_told_by_the_difference_of_their_log_odds() -> None:
    assert better(0.9, 0.5) == pytest.approx(0.9)
    log_odds = math.log(0.8 / 0.2) - math.log(0.4 / 0.6)
    assert better(0.8, 0.4) == pytest.approx(1 / (1 + math.exp(-log_odds)))


@pytest.mark.parametrize("end", [0.0, 1.0])
def test_two_scores_at_the_same_end_are_even(end: float) -> None:
    assert better(end, end) == 0.5


@given(one=SCORES, other=SCORES)
def test_what_one_answer_gains_the_other_loses(one: float, other: float) -> None:
    assert better(one, other) + better(other, one) == pytest.approx(1)


def test_a_preference_needs_more_than_noise() -> None:
    assert [preference(p) for p in (0.4, 0.497, 0.5, 0.503, 0.6)] == [
        Preference.B,
        Preference.TIE,
        Preference.TIE,
        Preference.TIE,
        Preference.A,
    ]
