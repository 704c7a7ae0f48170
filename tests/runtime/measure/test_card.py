"""A judge's card, over passes, scales and preferences."""

import random

import pytest

from runtime.contracts.calibration import LabelKind
from runtime.contracts.card_words import figures
from runtime.contracts.judged import Labelled, NotMeasurable
from runtime.contracts.outcomes import Method, Outcome, Usage
from runtime.measure.card import judge_card
from tests.runtime.measure.judged_items import failed, labelled, pair, scored

PASSES = [(0.9, True), (0.8, True), (0.7, False), (0.6, True), (0.3, False), (0.2, False), (0.1, True), (0.05, False)]


def passes() -> list[Labelled]:
    return [labelled(scored(score, item=f"i{place}"), passed=passed) for place, (score, passed) in enumerate(PASSES)]


def test_passes_beside_a_given_pass_score_give_the_counted_figures() -> None:
    card = judge_card(passes(), pass_score=0.5)
    assert (card.kind, card.items, card.scored) == (LabelKind.BINARY, 8, 8)
    assert card.confusion.labels == ("failed", "passed")
    assert card.confusion.counts == ((3, 1), (1, 3))
    assert card.accuracy.value == 0.75
    assert card.kappa.value == pytest.approx(0.5)
    assert card.kappa.low < 0.5 < card.kappa.high
    assert card.sensitivity is not None
    assert card.specificity is not None
    assert (card.sensitivity.value, card.specificity.value, card.youden_j) == (0.75, 0.75, 0.5)
    assert (card.pass_score, card.pass_score_fitted) == (0.5, False)
    assert [(each.name, each.accuracy, each.kappa) for each in card.baselines] == [("always pass", 0.5, 0)]
    assert card.scores == tuple(sorted(score for score, _ in PASSES))
    assert (card.usage, card.cost_usd) == (Usage(input_tokens=80, output_tokens=8), 2)


def test_without_a_pass_score_the_best_one_is_taken_and_said_to_be_fitted() -> None:
    items = [labelled(scored(place / 20), passed=place > 12) for place in range(20)]
    card = judge_card(items)
    assert card.pass_score_fitted
    assert card.pass_score == pytest.approx(0.625)
    # One of the two items beside the gap is cut by a pass score that the other side's next one has moved.
    assert 0.9 <= card.accuracy.value <= 1
    assert [each.name for each in card.baselines] == ["always pass", "always the commonest"]
    assert card.baselines[1].accuracy == 13 / 20


def test_random_scores_do_not_look_better_than_chance_for_having_chosen_their_own_pass_score() -> None:
    chance, cards = random.Random(1), 100  # noqa: S311 - the same each time
    found = [
        judge_card([labelled(scored(chance.random()), passed=place % 2 == 0) for place in range(40)])
        for _ in range(cards)
    ]
    assert all(card.pass_score_fitted for card in found)
    assert sum(card.kappa.low > 0 for card in found) <= 0.06 * cards
    assert abs(sum(card.accuracy.value for card in found) / cards - 0.5) < 0.05


def test_a_pass_score_that_nothing_could_measure_is_not_chosen() -> None:
    card = judge_card([labelled(scored(score), passed=score > 0.8) for score in (0.6, 0.7, 0.9)])
    assert (card.pass_score, card.pass_score_fitted) == (0.5, False)
    assert card.accuracy.value == pytest.approx(1 / 3)


def test_the_clearest_disagreements_come_first() -> None:
    card = judge_card(passes(), pass_score=0.5)
    assert [(each.item, each.human, each.judge, each.score) for each in card.disagreements] == [
        ("i6", "passed", "failed", 0.1),
        ("i2", "failed", "passed", 0.7),
    ]


def test_of_many_disagreements_fifty_are_shown_and_all_counted() -> None:
    items = [labelled(scored(place / 200), passed=place < 100) for place in range(200)]
    card = judge_card(items, pass_score=0.5)
    assert (len(card.disagreements), card.disagreements_in_all) == (50, 200)
    assert card.disagreements[0].score == 0


def test_of_many_scores_two_hundred_quantiles_are_kept_with_both_ends() -> None:
    card = judge_card([labelled(scored(place / 999), passed=place > 400) for place in range(1000)])
    assert len(card.scores) == 200
    assert (card.scores[0], card.scores[-1]) == (0, 1)
    assert max(later - one for one, later in zip(card.scores, card.scores[1:], strict=False)) < 0.01


def test_a_scale_is_compared_in_five_steps_by_quadratic_weights() -> None:
    given = [(0.0, 0.1), (0.25, 0.3), (0.5, 0.4), (0.75, 0.9), (1.0, 0.5)]
    card = judge_card([labelled(scored(score), score=human) for human, score in given])
    assert card.kappa_weights == "quadratic"
    assert card.confusion.labels == ("0", "0.25", "0.5", "0.75", "1")
    assert card.accuracy.value == 3 / 5
    assert card.rank_correlation == pytest.approx(0.9)
    assert (card.pass_score, card.sensitivity, card.youden_j) == (None, None, None)
    assert [(each.human, each.judge) for each in card.disagreements] == [("1", "0.5"), ("0.75", "1")]
    assert [each.name for each in card.baselines] == ["always the commonest"]


def test_pairs_show_what_place_and_length_do_to_the_judge() -> None:
    card = judge_card(
        [
            pair("output", "output", human="output", lengths=(30, 10)),
            pair("baseline", "baseline", human="output", lengths=(10, 30)),
            pair("output", "baseline", human="baseline", lengths=(10, 20)),
            pair("baseline", "baseline", human="baseline", lengths=(20, 10)),
        ]
    )
    assert card.confusion.labels == ("output", "baseline", "tie")
    assert card.confusion.counts == ((1, 1, 0), (0, 1, 1), (0, 0, 0))
    assert card.accuracy.value == 2.5 / 4
    pairwise = card.pairwise
    assert pairwise is not None
    assert pairwise.order_consistency is not None
    assert pairwise.order_consistency.value == 0.75
    # Of eight verdicts the first shown was taken by: 1 of 2, 1 of 2, 2 of 2, 1 of 2.
    assert pairwise.first_preference is not None
    assert pairwise.first_preference.value == 5 / 8
    assert pairwise.longer_preferred is not None
    assert pairwise.longer_preferred.value == pytest.approx(2 / 3)
    assert pairwise.longer_preferred_by_humans is not None
    assert pairwise.longer_preferred_by_humans.value == 0.5
    assert {each.name: each.accuracy for each in card.baselines} == {
        "longer wins": 0.5,
        "always first": 0.5,
        "always the commonest": 0.5,
    }
    assert [each.human for each in card.disagreements] == ["output", "baseline"]


def test_pairs_without_any_decision_leave_the_figures_out_that_need_one() -> None:
    card = judge_card([pair("tie", "tie", human="tie"), pair("tie", "tie", human="output")])
    assert card.pairwise is not None
    assert (card.pairwise.first_preference, card.pairwise.longer_preferred) == (None, None)


@pytest.mark.parametrize("methods", [(Method.LIKELIHOOD,), (Method.FLOOR,), (Method.FLOOR, Method.LIKELIHOOD)])
def test_of_verdicts_that_never_saw_an_order_nothing_is_said_about_order(methods: tuple[Method, ...]) -> None:
    blind = [pair(said, said, human=said, methods=methods) for said in ("output", "baseline")]
    card = judge_card(blind)
    assert card.accuracy.value == 1
    assert card.pairwise is not None
    assert (card.pairwise.order_consistency, card.pairwise.first_preference) == (None, None)
    assert "always first" not in [each.name for each in card.baselines]
    told = [name for name, _, _ in figures(card)]
    assert not {"order consistency", "first one preferred"} & set(told)
    # Of a jury one member that saw both is enough.
    for saw_both in ((Method.STRUCTURED_VERDICT,), (*methods, Method.STRUCTURED_VERDICT)):
        seen = judge_card([*blind, pair("output", "baseline", human="tie", methods=saw_both)]).pairwise
        assert seen is not None
        assert seen.order_consistency is not None
        assert seen.order_consistency.value == 0


def test_a_failed_judge_counts_in_the_coverage_and_in_nothing_else() -> None:
    judged = passes()
    fails = [labelled(failed(outcome), passed=True) for outcome in (Outcome.JUDGE_ERROR, Outcome.BLOCKED)]
    card, whole = judge_card([*judged, *fails], pass_score=0.5), judge_card(judged, pass_score=0.5)
    assert (card.items, card.scored, card.coverage.value) == (10, 8, 0.8)
    assert card.outcomes == {Outcome.SCORED: 8, Outcome.JUDGE_ERROR: 1, Outcome.BLOCKED: 1}
    same = {"items": 8, "coverage": whole.coverage, "outcomes": whole.outcomes}
    assert card.model_copy(update=same) == whole


def test_a_judge_that_gives_all_the_same_score_has_no_fitted_pass_score() -> None:
    card = judge_card([labelled(scored(0.7), passed=passed) for passed in (True, False, True)])
    assert (card.pass_score, card.pass_score_fitted, card.kappa.value) == (0.5, False, 0)
    assert card.length_correlation is None


@pytest.mark.parametrize(
    "items",
    [
        [labelled(failed(), passed=True), labelled(scored(0.5), passed=False)],
        [labelled(scored(0.1), passed=True), labelled(scored(0.9), passed=True), labelled(failed(), passed=False)],
        [labelled(scored(0.1), score=0.5), labelled(scored(0.9), score=0.55)],
    ],
    ids=["one score", "one kind of label that has scores", "one step of the scale"],
)
def test_where_nothing_can_be_measured_that_is_said(items: list[Labelled]) -> None:
    with pytest.raises(NotMeasurable, match="label"):
        judge_card(items)
