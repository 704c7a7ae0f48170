"""Length is told apart from quality."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from statsmodels.api import Logit, add_constant

from runtime.contracts.two_orders import Preference
from runtime.measure.length_bias import length_bias, length_controlled_win_rate, logistic_fit
from runtime.measure.pairwise import win_rate
from tests.runtime.measure.samples import measured, preference, swapped

A, B, TIE = Preference.A, Preference.B, Preference.TIE
Judged = tuple[list[Preference], list[int], list[int]]
pairs = st.lists(st.tuples(st.none() | preference, st.integers(0, 200), st.integers(0, 200)), max_size=40)


def a_verbose_jury(seed: int, *, quality: float, verbosity: float, items: int = 3000) -> Judged:
    """Verdicts on A, whose answers are longer, of judges who like length."""
    rng = np.random.default_rng(seed)
    a, b = rng.integers(50, 250, items), rng.integers(20, 180, items)
    wins = rng.random(items) < expit(quality + verbosity * np.tanh((a - b) / (a - b).std()))
    return [A if win else B for win in wins], a.tolist(), b.tolist()


@pytest.mark.parametrize("seed", range(4))
def test_the_fit_is_what_two_other_libraries_say(seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=150)
    wins = (rng.random(150) < expit(0.4 + 0.8 * x)).astype(float)
    fitted = logistic_fit(x, wins)
    assert fitted == pytest.approx(tuple(Logit(wins, add_constant(x)).fit(disp=0).params), abs=1e-5)
    theirs = LogisticRegression(C=np.inf, tol=1e-10).fit(x[:, None], wins)
    assert fitted == pytest.approx((theirs.intercept_[0], theirs.coef_[0, 0]), abs=1e-4)


def test_a_win_rate_that_length_made_falls_to_a_half() -> None:
    verdicts, a, b = a_verbose_jury(3, quality=0, verbosity=2)
    plain, controlled = win_rate(verdicts), length_controlled_win_rate(verdicts, a, b)
    assert plain is not None
    assert plain.value > 0.6
    assert controlled == pytest.approx(0.5, abs=0.04)


def test_a_win_rate_that_quality_made_stays() -> None:
    verdicts, a, b = a_verbose_jury(4, quality=1, verbosity=0)
    assert length_controlled_win_rate(verdicts, a, b) == pytest.approx(expit(1), abs=0.04)


@pytest.mark.parametrize(
    ("verdicts", "a", "b"),
    [
        ([], [], []),
        ([None], [1], [2]),
        ([A, A, A], [1, 5, 9], [4, 4, 4]),
        ([A, B, A, B], [9, 1, 8, 2], [4, 4, 4, 4]),
        ([A, B], [6, 6], [1, 1]),
    ],
)
def test_what_the_data_do_not_say_is_none(verdicts: list[Preference | None], a: list[int], b: list[int]) -> None:
    assert length_controlled_win_rate(verdicts, a, b) is None


def test_answers_of_equal_length_need_no_control() -> None:
    assert length_controlled_win_rate([A, B, TIE, A], [5] * 4, [5] * 4) == 0.625


@measured
@given(pairs)
def test_the_controlled_rates_of_both_sides_add_up_to_one(judged: list[tuple[Preference | None, int, int]]) -> None:
    verdicts, a, b = [v for v, _, _ in judged], [a for _, a, _ in judged], [b for _, _, b in judged]
    ours, theirs = length_controlled_win_rate(verdicts, a, b), length_controlled_win_rate(swapped(verdicts), b, a)
    if ours is None or theirs is None:
        assert ours is theirs
    else:
        assert ours + theirs == pytest.approx(1, abs=1e-4)


def test_a_judge_of_length_errs_only_towards_the_longer() -> None:
    bias = length_bias([A, B, A, B], [A, A, B, B], [9, 1, 9, 1], [1, 9, 1, 9])
    assert (bias.longer_against_human, bias.shorter_against_human) == (1, 0)
    assert bias.correlation == pytest.approx(1)


def test_a_judge_who_sides_with_humans_has_no_length_bias() -> None:
    human = [A, A, B, B]
    bias = length_bias(human, human, [9, 1, 9, 1], [1, 9, 1, 9])
    assert (bias.longer_against_human, bias.shorter_against_human) == (0, 0)
    assert bias.correlation == pytest.approx(0)


def test_a_tie_errs_towards_neither_length() -> None:
    bias = length_bias([TIE, TIE], [A, B], [9, 9], [1, 1])
    assert (bias.longer_against_human, bias.shorter_against_human) == (0, 0)


def test_without_such_items_the_bias_is_unknown() -> None:
    bias = length_bias([A, None], [A, B], [5, 9], [5, 1])
    assert (bias.longer_against_human, bias.shorter_against_human, bias.correlation) == (None, None, None)


@measured
@given(st.lists(st.tuples(st.none() | preference, preference, st.integers(0, 9), st.integers(0, 9)), max_size=30))
def test_the_bias_does_not_depend_on_the_names(judged: list[tuple[Preference | None, Preference, int, int]]) -> None:
    verdicts, human = [each[0] for each in judged], [each[1] for each in judged]
    a, b = [each[2] for each in judged], [each[3] for each in judged]
    renamed = [label for label in swapped(human) if label is not None]
    ours, theirs = length_bias(verdicts, human, a, b), length_bias(swapped(verdicts), renamed, b, a)
    assert (ours.longer_against_human, ours.shorter_against_human) == (
        theirs.longer_against_human,
        theirs.shorter_against_human,
    )
    assert ours.correlation == (None if theirs.correlation is None else pytest.approx(theirs.correlation))
