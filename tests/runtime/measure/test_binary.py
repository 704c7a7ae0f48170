"""Pass and fail: shares with their intervals, and the pass rate once the judge's errors are allowed for."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import confusion_matrix
from statsmodels.stats.proportion import proportion_confint

from runtime.measure.binary import Confusion, Uncorrectable, confusion, corrected_pass_rate
from runtime.measure.estimate import mean_share, wilson
from tests.runtime.measure.samples import measured

verdict = st.none() | st.booleans()
GOOD = Confusion(true_pass=90, false_pass=10, true_fail=40, false_fail=10)


@measured
@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.5, 0.999))
def test_the_interval_of_a_share_is_what_two_other_libraries_say(counted: tuple[int, int], level: float) -> None:
    right, trials = counted
    estimate = wilson(right, trials, level=level)
    assert estimate is not None
    scipys = binomtest(right, trials).proportion_ci(confidence_level=level, method="wilson")
    assert (estimate.low, estimate.high) == pytest.approx((scipys.low, scipys.high), abs=1e-9)
    assert (estimate.low, estimate.high) == pytest.approx(
        proportion_confint(right, trials, alpha=1 - level, method="wilson"), abs=1e-9
    )
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


@given(st.lists(st.none() | st.floats(0, 1), max_size=30), st.integers(0, 5))
def test_a_failed_judge_never_moves_a_mean(scores: list[float | None], failures: int) -> None:
    assert mean_share([*scores, *[None] * failures]) == mean_share(scores)


def test_nothing_measured_is_no_share() -> None:
    assert mean_share([None]) is None
    nothing = confusion([None, True], [True, None])
    assert (nothing.sensitivity, nothing.specificity, nothing.accuracy, nothing.youden_j) == (None,) * 4


@given(st.lists(st.tuples(verdict, verdict), max_size=50))
def test_the_counts_are_those_of_another_library(pairs: list[tuple[bool | None, bool | None]]) -> None:
    found = confusion([judged for judged, _ in pairs], [human for _, human in pairs])
    both = [pair for pair in pairs if None not in pair]
    assume(both)
    theirs = confusion_matrix([human for _, human in both], [judged for judged, _ in both], labels=[False, True])
    assert theirs.ravel().tolist() == [found.true_fail, found.false_pass, found.false_fail, found.true_pass]


def test_the_shares_of_a_worked_example() -> None:
    assert GOOD.sensitivity is not None
    assert GOOD.specificity is not None
    assert GOOD.accuracy is not None
    assert (GOOD.sensitivity.value, GOOD.specificity.value) == (0.9, 0.8)
    assert GOOD.accuracy.value == pytest.approx(130 / 150)
    assert GOOD.youden_j == pytest.approx(0.7)


def test_a_perfect_judge_needs_no_correction_but_keeps_its_doubt() -> None:
    perfect = Confusion(true_pass=50, false_pass=0, true_fail=50, false_fail=0)
    estimate = corrected_pass_rate(60, 100, perfect)
    assert estimate.value == pytest.approx(0.6)
    plain = wilson(60, 100)
    assert plain is not None
    assert estimate.high - estimate.low > plain.high - plain.low


def test_errors_of_the_judge_are_taken_out_of_the_rate() -> None:
    truly = 0.5
    seen = truly * 0.9 + (1 - truly) * 0.2
    assert corrected_pass_rate(round(1000 * seen), 1000, GOOD).value == pytest.approx(truly)


@pytest.mark.parametrize(
    ("passed", "judged", "calibration", "interval"),
    [
        (60, 100, GOOD, (0.395145, 0.722250)),
        (23, 150, Confusion(true_pass=48, false_pass=11, true_fail=89, false_fail=2), (0, 0.147544)),
    ],
)
def test_the_interval_is_the_one_of_the_paper_step_by_step(
    passed: int, judged: int, calibration: Confusion, interval: tuple[float, float]
) -> None:
    """Computed apart from this code, with the paper's own steps (as R's asht::prevSeSp has them)."""
    estimate = corrected_pass_rate(passed, judged, calibration)
    assert (estimate.low, estimate.high) == pytest.approx(interval, abs=1e-6)


@pytest.mark.parametrize(
    ("calibration", "judged", "said"),
    [
        (Confusion(true_pass=5, false_pass=5, true_fail=5, false_fail=5), 10, "no better than chance"),
        (Confusion(true_pass=2, false_pass=8, true_fail=2, false_fail=8), 10, "no better than chance"),
        (Confusion(true_pass=1, false_pass=70, true_fail=30, false_fail=0), 10, "too few labels"),
        (Confusion(true_pass=9, false_pass=0, true_fail=0, false_fail=1), 10, "humans pass and items that they fail"),
        (GOOD, 0, "nothing was judged"),
    ],
)
def test_what_corrects_nothing_is_refused(calibration: Confusion, judged: int, said: str) -> None:
    with pytest.raises(Uncorrectable, match=said):
        corrected_pass_rate(judged // 2, judged, calibration)


@pytest.mark.parametrize(
    ("passed", "calibration", "would_pass"),
    [
        (5, Confusion(true_pass=45, false_pass=10, true_fail=40, false_fail=5), "-0.46 to -0.03"),
        (95, Confusion(true_pass=40, false_pass=5, true_fail=45, false_fail=10), "1.03 to 1.46"),
    ],
)
def test_labels_whose_errors_do_not_fit_the_run_are_refused_at_both_ends(
    passed: int, calibration: Confusion, would_pass: str
) -> None:
    with pytest.raises(Uncorrectable, match=rf"do not fit this run \({would_pass} of it would pass\)"):
        corrected_pass_rate(passed, 100, calibration)


def test_a_rate_just_outside_is_clipped_where_its_interval_reaches_inside() -> None:
    estimate = corrected_pass_rate(15, 100, GOOD)
    assert estimate.value == estimate.low == 0 < estimate.high


@measured
@given(*[st.integers(0, 60)] * 4, st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_corrected_rate_is_a_share_within_its_interval(
    true_pass: int, false_pass: int, true_fail: int, false_fail: int, seen: tuple[int, int]
) -> None:
    try:
        estimate = corrected_pass_rate(*seen, Confusion(true_pass, false_pass, true_fail, false_fail))
    except Uncorrectable:
        return
    assert 0 <= estimate.low <= estimate.value <= estimate.high <= 1


@pytest.mark.parametrize("truly", [0.1, 0.5, 0.85])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(truly: float) -> None:
    """Simulated judge (sensitivity 0.85, specificity 0.75), 60 labels of each kind, 200 items: 95 % promised."""
    rng = np.random.default_rng(11)
    runs, labels, items, sensitivity, specificity = 2000, 60, 200, 0.85, 0.75
    seen = truly * sensitivity + (1 - truly) * (1 - specificity)
    true_pass, true_fail = rng.binomial(labels, sensitivity, runs), rng.binomial(labels, specificity, runs)
    passed = rng.binomial(items, seen, runs)
    held = 0
    for tp, tn, found in zip(true_pass.tolist(), true_fail.tolist(), passed.tolist(), strict=True):
        estimate = corrected_pass_rate(found, items, Confusion(tp, labels - tn, tn, labels - tp))
        held += estimate.low <= truly <= estimate.high
    assert 0.93 <= held / runs <= 0.985
