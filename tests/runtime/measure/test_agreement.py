"""Agreement beyond chance, beside independent implementations."""

import tracemalloc
from itertools import permutations

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import cohens_kappa

from runtime.measure.agreement import (
    Weights,
    cohen_kappa,
    confusion_matrix,
    kappa_estimate,
    krippendorff_alpha,
)
from tests.runtime.measure.samples import measured

K = 4
WEIGHTS: tuple[Weights, ...] = ("none", "quadratic")
rating = st.none() | st.integers(0, K - 1)
ratings = st.lists(st.tuples(rating, rating), min_size=1, max_size=40)


def matrix_of(pairs: list[tuple[int | None, int | None]]) -> np.ndarray:
    return confusion_matrix([one for one, _ in pairs], [other for _, other in pairs], categories=K)


def random_ratings(seed: int, items: int = 60) -> tuple[list[int], list[int]]:
    rng = np.random.default_rng(seed)
    one = rng.integers(0, K, items)
    other = np.where(rng.random(items) < 0.5, one, rng.integers(0, K, items))
    return one.tolist(), other.tolist()


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("seed", range(5))
def test_kappa_is_what_two_other_libraries_say(weights: Weights, seed: int) -> None:
    one, other = random_ratings(seed)
    matrix = confusion_matrix(one, other, categories=K)
    kappa = cohen_kappa(matrix, weights=weights)
    theirs = None if weights == "none" else weights
    assert kappa == pytest.approx(cohen_kappa_score(one, other, weights=theirs))
    assert kappa == pytest.approx(cohens_kappa(matrix, wt=theirs, return_results=False))


@measured
@given(ratings, st.sampled_from(WEIGHTS))
def test_kappa_stays_within_its_bounds(pairs: list[tuple[int | None, int | None]], weights: Weights) -> None:
    kappa = cohen_kappa(matrix_of(pairs), weights=weights)
    assert kappa is None or -1 - 1e-9 <= kappa <= 1


@measured
@given(ratings, st.lists(rating, max_size=5), st.sampled_from(WEIGHTS))
def test_a_failed_judge_never_moves_a_kappa(
    pairs: list[tuple[int | None, int | None]], human: list[int | None], weights: Weights
) -> None:
    failed: list[tuple[int | None, int | None]] = [(None, label) for label in human]
    assert cohen_kappa(matrix_of([*pairs, *failed]), weights=weights) == cohen_kappa(matrix_of(pairs), weights=weights)


@measured
@given(ratings, st.sampled_from(WEIGHTS))
def test_it_does_not_matter_who_is_called_the_first_rater(
    pairs: list[tuple[int | None, int | None]], weights: Weights
) -> None:
    matrix = matrix_of(pairs)
    assert cohen_kappa(matrix, weights=weights) == pytest.approx(cohen_kappa(matrix.T, weights=weights))


def test_full_agreement_is_one_and_a_single_category_has_no_kappa() -> None:
    assert cohen_kappa(np.diag([3, 4])) == 1
    assert cohen_kappa(np.diag([7, 0])) is None
    assert kappa_estimate(np.zeros((2, 2), dtype=np.int64)) is None


def test_runs_of_different_items_and_unknown_categories_are_refused() -> None:
    with pytest.raises(ValueError, match="shorter"):
        confusion_matrix([0, 1], [0], categories=2)
    for unknown in (2, -1):
        with pytest.raises(IndexError):
            confusion_matrix([unknown], [0], categories=2)


def test_the_interval_is_that_of_a_naive_loop_over_items() -> None:
    one, other = random_ratings(7, items=40)
    estimate = kappa_estimate(confusion_matrix(one, other, categories=K), weights="quadratic", n_resamples=4000)
    assert estimate is not None
    rng = np.random.default_rng(1)
    drawn = []
    for _ in range(1000):
        chosen = rng.integers(0, len(one), len(one))
        resampled = confusion_matrix([one[i] for i in chosen], [other[i] for i in chosen], categories=K)
        drawn.append(cohen_kappa(resampled, weights="quadratic"))
    low, high = np.quantile(np.array(drawn, dtype=float), [0.025, 0.975])
    assert estimate.low == pytest.approx(low, abs=0.03)
    assert estimate.high == pytest.approx(high, abs=0.03)
    assert estimate.low < estimate.value < estimate.high


@pytest.mark.parametrize(("items", "low"), [(2, -0.32), (20, 0.678), (200, 0.962)])
def test_never_to_have_disagreed_is_no_certainty(items: int, low: float) -> None:
    matrix = np.diag([items // 2, items // 2])
    found = kappa_estimate(matrix)
    assert found is not None
    # Half of it agrees by chance; Wilson's interval of the agreement begins at n / (n + z²).
    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(2 * items / (items + 3.8415) - 1, abs=1e-4)
    assert found.low == pytest.approx(low, abs=0.01)


def test_a_rater_that_says_one_thing_only_has_an_interval_about_zero() -> None:
    found = kappa_estimate(np.array([[0, 8, 0], [0, 12, 0], [0, 4, 0]]), weights="quadratic")
    assert found is not None
    assert -1 <= found.low < found.value == 0 < found.high <= 1


def test_the_same_seed_gives_the_same_interval() -> None:
    matrix = np.array([[20, 5], [10, 15]])
    assert kappa_estimate(matrix, seed=3) == kappa_estimate(matrix, seed=3)
    assert kappa_estimate(matrix, seed=3) != kappa_estimate(matrix, seed=4)


def alpha_by_definition(raters: list[list[float | None]]) -> float | None:
    """Krippendorff's alpha over every ordered pair of ratings, one at a time."""
    units = [[rating for rating in unit if rating is not None] for unit in zip(*raters, strict=True)]
    units = [unit for unit in units if len(unit) > 1]
    pooled = [rating for unit in units for rating in unit]
    if len(set(pooled)) < 2:
        return None
    within: float = sum(sum((a - b) ** 2 for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units)
    expected: float = sum((a - b) ** 2 for a, b in permutations(pooled, 2)) / (len(pooled) - 1)
    return 1 - within / expected


@measured
@given(
    st.integers(1, 12).flatmap(
        lambda items: st.lists(
            st.lists(st.none() | st.sampled_from([1.0, 2.0, 3.0, 5.0]), min_size=items, max_size=items),
            min_size=2,
            max_size=4,
        )
    ),
)
def test_alpha_is_what_its_definition_and_another_library_say(raters: list[list[float | None]]) -> None:
    expected = alpha_by_definition(raters)
    assert krippendorff_alpha(raters) == (None if expected is None else pytest.approx(expected))
    if expected is not None:
        data = np.array(raters, dtype=np.float64)
        theirs = krippendorff.alpha(reliability_data=data, level_of_measurement="interval")
        assert theirs == pytest.approx(expected)


def test_alpha_of_nobody_is_none() -> None:
    assert krippendorff_alpha([]) is None
    assert krippendorff_alpha([[1.0, 2.0]]) is None


def test_alpha_of_the_largest_jury_run_takes_little_memory() -> None:
    raters = np.random.default_rng(0).random((7, 20_000)).tolist()
    tracemalloc.start()
    alpha = krippendorff_alpha(raters)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert alpha == pytest.approx(0, abs=0.02)
    assert peak < 50 * 2**20
