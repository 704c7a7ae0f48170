"""Judgements of pairs: the answer counts, not its place nor its name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.two_orders import Preference, Shown
from runtime.measure.pairwise import (
    Orders,
    accuracy_over_orders,
    always_first,
    credit,
    first_position_preference,
    longer_wins,
    position_consistency,
    win_rate,
)
from tests.runtime.measure.samples import SWAPPED, measured, orders, preference, swapped

A, B, TIE = Preference.A, Preference.B, Preference.TIE
FIRST, SECOND = Shown.FIRST, Shown.SECOND
labelled = st.lists(st.tuples(orders, preference), max_size=30)


def test_a_judge_of_places_is_inconsistent_and_half_right() -> None:
    judged = always_first(4)
    consistency, accuracy = position_consistency(judged), accuracy_over_orders(judged, [A, B, B, A])
    assert consistency is not None
    assert accuracy is not None
    assert (consistency.value, accuracy.value, first_position_preference(judged)) == (0, 0.5, 1)


def test_a_judge_of_answers_is_consistent_and_blind_to_the_place() -> None:
    judged: list[Orders] = [(FIRST, SECOND), (SECOND, FIRST)]
    consistency, accuracy = position_consistency(judged), accuracy_over_orders(judged, [A, A])
    assert consistency is not None
    assert accuracy is not None
    assert (consistency.value, accuracy.value, first_position_preference(judged)) == (1, 0.5, 0.5)


def test_a_tie_is_half_a_win() -> None:
    rate = win_rate([A, TIE, B, A, None])
    assert rate is not None
    assert rate.value == 0.625
    assert rate.low < rate.value < rate.high


def test_a_tie_is_half_right_unless_humans_tie_too() -> None:
    assert [credit(TIE, A), credit(A, TIE), credit(TIE, TIE), credit(A, B)] == [0.5, 0.5, 1, 0]


def test_without_a_verdict_there_is_no_figure() -> None:
    failed: list[Orders] = [(None, FIRST), (None, None)]
    assert position_consistency(failed) is None
    assert accuracy_over_orders(failed[1:], [A]) is None
    assert first_position_preference(failed[1:]) is None
    assert win_rate([None]) is None


def test_the_longer_of_two_equals_is_a_tie() -> None:
    assert longer_wins([3, 1, 2], [1, 3, 2]) == [A, B, TIE]


@measured
@given(labelled)
def test_which_answer_is_called_a_moves_no_figure(items: list[tuple[Orders, Preference]]) -> None:
    judged, human = [both for both, _ in items], [label for _, label in items]
    renamed: list[Orders] = [(b_first, a_first) for a_first, b_first in judged]
    assert position_consistency(renamed) == position_consistency(judged)
    assert first_position_preference(renamed) == first_position_preference(judged)
    assert accuracy_over_orders(renamed, [SWAPPED[label] for label in human]) == accuracy_over_orders(judged, human)


@measured
@given(labelled, preference)
def test_a_failed_judge_moves_no_figure(items: list[tuple[Orders, Preference]], label: Preference) -> None:
    judged, human = [both for both, _ in items], [label for _, label in items]
    more: list[Orders] = [*judged, (None, None)]
    assert position_consistency(more) == position_consistency(judged)
    assert accuracy_over_orders(more, [*human, label]) == accuracy_over_orders(judged, human)


@measured
@given(st.lists(st.none() | preference, max_size=30))
def test_the_win_rates_of_both_sides_add_up_to_one(verdicts: list[Preference | None]) -> None:
    ours, theirs = win_rate(verdicts), win_rate(swapped(verdicts))
    if ours is None or theirs is None:
        assert ours is theirs
    else:
        assert ours.value + theirs.value == pytest.approx(1)
        assert (ours.low, ours.high) == pytest.approx((1 - theirs.high, 1 - theirs.low))
