"""The score from which on an answer passes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_curve

from runtime.measure.binary import confusion, corrected_pass_rate
from runtime.measure.choose_threshold import choose_threshold
from runtime.measure.folds import stratified_folds
from tests.runtime.measure.samples import measured


def test_a_gap_between_pass_and_fail_is_cut_in_the_middle() -> None:
    chosen = choose_threshold([0.1, 0.2, 0.8, 0.9], [False, False, True, True])
    assert chosen is not None
    assert (chosen.threshold, chosen.youden_j) == (0.5, 1)
    assert chosen.held_out == (False, False, True, True)


def test_of_equally_good_cuts_the_middle_one_is_taken() -> None:
    chosen = choose_threshold([0.0, 0.2, 0.4, 0.6, 0.8, 1.0], [False, True, False, True, False, True])
    assert chosen is not None
    assert chosen.threshold == pytest.approx(0.5)


@measured
@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=2, max_size=40))
def test_no_other_cut_has_a_larger_j(scored: list[tuple[int, bool]]) -> None:
    scores, labels = [float(score) for score, _ in scored], [label for _, label in scored]
    chosen = choose_threshold(scores, labels)
    if len(set(scores)) == 1 or min(labels.count(True), labels.count(False)) < 2:
        assert chosen is None
        return
    assert chosen is not None
    false_pass, true_pass, cuts = roc_curve(labels, scores, drop_intermediate=False)
    inner = (cuts > min(scores)) & (cuts <= max(scores))
    assert chosen.youden_j == pytest.approx(max((true_pass - false_pass)[inner]))


def test_an_item_has_no_say_in_the_cut_that_it_is_held_against() -> None:
    rng = np.random.default_rng(5)
    scores, labels = rng.random(60).tolist(), (rng.random(60) < 0.5).tolist()
    chosen = choose_threshold(scores, labels)
    assert chosen is not None
    fold = stratified_folds(labels, folds=5)
    for number in range(5):
        others = [place for place in range(60) if fold[place] != number]
        cut = choose_threshold([scores[place] for place in others], [labels[place] for place in others])
        assert cut is not None
        assert chosen.fold_thresholds[number] == cut.threshold
        for place in set(range(60)) - set(others):
            assert chosen.held_out[place] is (scores[place] >= cut.threshold)


def test_a_pass_rate_corrected_by_held_out_verdicts_is_as_sure_as_it_says() -> None:
    chance, truly, runs, within = np.random.default_rng(3), 0.7, 300, 0

    def noisy(passes: np.ndarray) -> np.ndarray:
        return chance.normal(np.where(passes, 0.65, 0.35), 0.15)

    for _ in range(runs):
        human = np.arange(100) < 50
        chosen = choose_threshold(noisy(human).tolist(), human.tolist())
        assert chosen is not None
        seen = noisy(chance.random(500) < truly)
        passed = sum(float((seen >= cut).sum()) for cut in chosen.fold_thresholds) / len(chosen.fold_thresholds)
        found = corrected_pass_rate(passed, 500, confusion(chosen.held_out, human.tolist()))
        within += found.low <= truly <= found.high
    # Cut by the one threshold of all labels it is right in 85 % of runs.
    assert within >= 0.93 * runs


def test_where_the_others_scores_are_all_alike_the_fallback_cuts() -> None:
    chosen = choose_threshold([0.6, 0.6, 0.6, 0.9], [False, False, True, True])
    assert chosen is not None
    assert chosen.held_out[3] is True


def test_one_label_of_a_kind_chooses_nothing() -> None:
    assert choose_threshold([0.1, 0.2, 0.9], [False, False, True]) is None


@given(st.lists(st.sampled_from("abc"), max_size=60), st.integers(2, 6), st.integers(0, 9))
def test_folds_share_every_stratum_evenly(strata: list[str], folds: int, seed: int) -> None:
    assigned = stratified_folds(strata, folds=folds, seed=seed)
    for stratum in "abc":
        sizes = [
            sum(1 for each, fold in zip(strata, assigned, strict=True) if (each, fold) == (stratum, number))
            for number in range(folds)
        ]
        assert max(sizes) - min(sizes) <= 1
