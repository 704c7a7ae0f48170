"""Two runs over the same items."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import ttest_rel
from statsmodels.stats.contingency_tables import mcnemar

from runtime.measure.comparing import mcnemar_exact, mean_difference
from tests.runtime.measure.samples import measured

verdict = st.none() | st.booleans()
runs = st.lists(st.tuples(verdict, verdict), max_size=40)


@measured
@given(runs)
def test_mcnemar_is_what_another_library_says(pairs: list[tuple[bool | None, bool | None]]) -> None:
    found = mcnemar_exact([one for one, _ in pairs], [other for _, other in pairs])
    table = [[pairs.count((one, other)) for other in (True, False)] for one in (True, False)]
    assert (found.only_one, found.only_other) == (table[0][1], table[1][0])
    assert found.p_value == pytest.approx(mcnemar(table, exact=True).pvalue)


def test_an_item_that_one_run_has_not_scored_moves_no_difference() -> None:
    one, other = [0.1, 0.5, 0.9, 0.4], [0.3, 0.6, 0.9, 0.8]
    assert mean_difference([*one, None, 0.0], [*other, 1.0, None]) == mean_difference(one, other)


def test_one_common_item_is_no_comparison() -> None:
    assert mean_difference([0.5, None], [0.6, 0.7]) is None


def test_runs_of_different_items_are_refused() -> None:
    for compare in (mean_difference, mcnemar_exact):
        with pytest.raises(ValueError, match="shorter"):
            compare([True, False], [True])


def test_a_shift_of_every_item_is_found_whatever_the_items() -> None:
    rng = np.random.default_rng(0)
    one = rng.random(50)
    found = mean_difference(one.tolist(), (one + 0.1 + 0.001 * rng.random(50)).tolist())
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((0.1, 0.1, 0.1), abs=0.001)


def test_the_interval_is_that_of_a_naive_loop_over_items() -> None:
    rng = np.random.default_rng(2)
    one = rng.random(60)
    other = one + rng.normal(0.1, 0.3, 60)
    found = mean_difference(one.tolist(), other.tolist(), n_resamples=5000)
    assert found is not None
    drawn = []
    for _ in range(5000):
        chosen = rng.integers(0, 60, 60)
        drawn.append(sum(other[i] - one[i] for i in chosen) / 60)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.01)
    assert found.value == pytest.approx(float(np.mean(other) - np.mean(one)))


def test_of_few_items_the_interval_is_students() -> None:
    one, other = [0.1, 0.5, 0.9, 0.4], [0.3, 0.6, 0.9, 0.8]
    found = mean_difference(one, other)
    theirs = ttest_rel(other, one).confidence_interval()
    assert found is not None
    assert (found.low, found.high) == pytest.approx((theirs.low, theirs.high))


@pytest.mark.parametrize("items", [2, 5, 10, 19])
def test_of_two_equal_runs_few_items_rarely_call_one_better(items: int) -> None:
    rng = np.random.default_rng(items)
    called = 0
    for _ in range(400):
        found = mean_difference(rng.random(items).tolist(), rng.random(items).tolist())
        assert found is not None
        called += not found.low <= 0 <= found.high
    assert called <= 0.08 * 400


@pytest.mark.parametrize("items", [2, 19, 20, 50])
def test_items_that_all_differ_alike_are_no_certainty(items: int) -> None:
    one = np.random.default_rng(items).random(items) * 0.9
    found = mean_difference(one.tolist(), (one + 0.1).tolist())
    assert found is not None
    assert found.value == pytest.approx(0.1)
    assert -1 <= found.low < 0 < found.high <= 1
