"""Whether the data are still those that the judge was calibrated on."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from runtime.measure.drift import NOTABLE, Drift, drift
from tests.runtime.measure.samples import measured

numbers = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


def largest_gap(one: list[float], other: list[float]) -> float:
    """By definition: at every value, the shares at or below it."""

    def share(values: list[float], at: float) -> float:
        return sum(value <= at for value in values) / len(values)

    return max(abs(share(one, at) - share(other, at)) for at in (*one, *other))


@measured
@given(numbers, numbers)
def test_the_distance_is_the_largest_gap_of_the_cumulative_shares(one: list[float], other: list[float]) -> None:
    found = drift(one, other)
    assert found is not None
    assert abs(found.distance - largest_gap(one, other)) < 1e-9


def test_the_same_source_has_not_drifted_and_another_has() -> None:
    rng = np.random.default_rng(8)
    before = rng.beta(2, 2, 300).tolist()
    same, other = drift(before, rng.beta(2, 2, 300).tolist()), drift(before, rng.beta(5, 2, 300).tolist())
    assert same is not None
    assert other is not None
    assert (same.has_drifted, other.has_drifted) == (False, True)


def test_a_tiny_shift_does_not_matter_however_sure_it_is() -> None:
    assert not Drift(distance=NOTABLE / 2, p_value=1e-12).has_drifted
    assert Drift(distance=NOTABLE, p_value=1e-12).has_drifted


def test_a_large_distance_of_few_items_may_be_chance() -> None:
    found = drift([0.1, 0.2], [0.8, 0.9])
    assert found is not None
    assert (found.distance, found.has_drifted) == (1, False)


def test_a_missing_score_is_no_number() -> None:
    assert drift([0.5, None], [None, 0.5, 0.6]) == drift([0.5], [0.5, 0.6])
    assert drift([None], [0.5]) is None
