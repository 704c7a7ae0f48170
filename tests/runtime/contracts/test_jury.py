"""Votes weigh what their judges' accuracy has earned."""

import math
import random
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from runtime.contracts.jury import TrackRecord, jury_decision, jury_weights
from runtime.contracts.two_orders import Preference

A, B, TIE = Preference.A, Preference.B, Preference.TIE
SWAPPED = {A: B, B: A, TIE: TIE, None: None}
names = st.sampled_from(["ada", "bob", "cyd", "dee", "eve"])
votes_of = st.dictionaries(names, st.none() | st.sampled_from(Preference))
weights_of = st.dictionaries(names, st.floats(0.01, 10))
accuracies_of = st.dictionaries(names, st.floats(0.01, 0.99))


def record(right: float, judged: int) -> TrackRecord:
    return TrackRecord(right=right, judged=judged)


def test_the_weight_is_the_log_odds_of_the_accuracy() -> None:
    assert jury_weights({"ada": 0.9})["ada"] == pytest.approx(math.log(0.9 / 0.1))


def test_an_accuracy_is_smoothed_by_one_item_of_each_kind() -> None:
    assert record(89, 98).smoothed_accuracy == pytest.approx(0.9)


def test_who_is_always_right_still_has_a_finite_weight() -> None:
    assert math.isfinite(jury_weights({"ada": record(50, 50).smoothed_accuracy})["ada"])


@pytest.mark.parametrize("poor", [record(0, 0), record(5, 10), record(0, 10), record(4.5, 9)])
def test_who_is_no_better_than_a_coin_has_no_weight(poor: TrackRecord) -> None:
    assert jury_weights({"ada": 0.9, "bob": poor.smoothed_accuracy}).keys() == {"ada"}


def test_chance_is_lower_where_there_are_more_options() -> None:
    assert jury_weights({"ada": 0.4}, chance=1 / 3).keys() == {"ada"}
    assert jury_weights({"ada": 0.4}) == {}


def test_no_record_holds_more_right_verdicts_than_verdicts() -> None:
    with pytest.raises(ValidationError):
        record(3, 2)


def test_one_excellent_judge_outvotes_three_poor_ones() -> None:
    weights = jury_weights({"ada": 0.95, "bob": 0.55, "cyd": 0.55})
    assert jury_decision({"ada": A, "bob": B, "cyd": B, "dee": B}, weights) is A


def test_equal_sides_stay_a_tie() -> None:
    assert jury_decision({"ada": A, "bob": B, "cyd": TIE}, {"ada": 0.3, "bob": 0.1 + 0.2, "cyd": 1}) is TIE


def test_an_abstention_moves_nothing() -> None:
    assert jury_decision({"ada": A, "bob": None}, {"ada": 1, "bob": 9, "cyd": 9}) is A


@pytest.mark.parametrize("votes", [{}, {"ada": None}, {"bob": A}])
def test_without_a_vote_that_counts_there_is_no_verdict_rather_than_a_tie(votes: dict[str, Preference | None]) -> None:
    assert jury_decision(votes, {"ada": 1}) is None


@given(accuracies_of, st.randoms())
def test_weights_do_not_depend_on_the_order_of_members(accuracies: dict[str, float], chance: random.Random) -> None:
    shuffled = list(accuracies.items())
    chance.shuffle(shuffled)
    assert jury_weights(dict(shuffled)) == jury_weights(accuracies)


@given(votes_of, weights_of, st.randoms())
def test_a_decision_does_not_depend_on_the_order_of_votes(
    votes: dict[str, Preference | None], weights: dict[str, float], chance: random.Random
) -> None:
    shuffled = list(votes.items())
    chance.shuffle(shuffled)
    assert jury_decision(dict(shuffled), weights) == jury_decision(votes, weights)


@given(votes_of, weights_of)
def test_which_answer_is_called_a_changes_no_decision(
    votes: dict[str, Preference | None], weights: dict[str, float]
) -> None:
    renamed = jury_decision({name: SWAPPED[vote] for name, vote in votes.items()}, weights)
    assert renamed is SWAPPED[jury_decision(votes, weights)]


@given(votes_of, weights_of)
def test_a_failed_judge_decides_as_if_it_had_not_been_asked(
    votes: dict[str, Preference | None], weights: dict[str, float]
) -> None:
    heard = {name: vote for name, vote in votes.items() if vote is not None}
    assert jury_decision(votes, weights) is jury_decision(heard, weights)


def test_log_odds_are_the_best_weights_for_independent_judges() -> None:
    """By enumeration of every pattern of votes: no decision from the votes alone is right more often."""
    accuracy = {"ada": 0.9, "bob": 0.7, "cyd": 0.6}
    weights = jury_weights(accuracy)
    for pattern in product((A, B), repeat=3):
        votes: dict[str, Preference | None] = dict(zip(accuracy, pattern, strict=True))
        if_a = math.prod(p if votes[name] is A else 1 - p for name, p in accuracy.items())
        if_b = math.prod(p if votes[name] is B else 1 - p for name, p in accuracy.items())
        assert jury_decision(votes, weights) is (A if if_a > if_b else B)
