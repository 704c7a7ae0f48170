"""Only what survives the swap is a preference."""

from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.two_orders import Preference, Shown, combined

SWAPPED = {Preference.A: Preference.B, Preference.B: Preference.A, Preference.TIE: Preference.TIE}
shown = st.none() | st.sampled_from(Shown)


def test_the_same_answer_in_both_places_is_preferred() -> None:
    verdict = combined(Shown.FIRST, Shown.SECOND)
    assert verdict is not None
    assert (verdict.preference, verdict.order_consistent) == (Preference.A, True)


def test_the_same_place_in_both_orders_is_a_tie_that_says_so() -> None:
    verdict = combined(Shown.FIRST, Shown.FIRST)
    assert verdict is not None
    assert (verdict.preference, verdict.order_consistent) == (Preference.TIE, False)


def test_a_tie_in_one_order_only_is_inconsistent() -> None:
    verdict = combined(Shown.TIE, Shown.SECOND)
    assert verdict is not None
    assert (verdict.preference, verdict.order_consistent) == (Preference.TIE, False)


def test_two_ties_agree() -> None:
    verdict = combined(Shown.TIE, Shown.TIE)
    assert verdict is not None
    assert verdict.order_consistent


@given(shown)
def test_half_a_verdict_is_none(other: Shown | None) -> None:
    assert combined(None, other) is None
    assert combined(other, None) is None


@given(shown, shown)
def test_which_answer_is_called_a_changes_nothing(one: Shown | None, other: Shown | None) -> None:
    verdict, renamed = combined(one, other), combined(other, one)
    if verdict is None or renamed is None:
        assert verdict is renamed
    else:
        assert renamed.preference is SWAPPED[verdict.preference]
        assert renamed.order_consistent == verdict.order_consistent
