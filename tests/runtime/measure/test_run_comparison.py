"""Two runs over the same items."""

from dataclasses import replace
from typing import Any

import pytest

from runtime.contracts.judged import Judged, JudgeKey, NotMeasurable
from runtime.measure.run_comparison import run_comparison
from tests.runtime.measure.judged_items import KEY, failed, scored


def run_of(**scores: float) -> list[Judged]:
    return [scored(score, item=item) for item, score in scores.items()]


BETTER = run_of(a=0.9, b=0.6, c=0.5, d=0.2, e=1.0)
WORSE = run_of(a=0.4, b=0.6, c=0.2, d=0.7, f=1.0)


def test_items_with_a_score_in_both_are_compared_by_pairs() -> None:
    found = run_comparison("one", BETTER, other="two", other_items=WORSE, pass_score=0.5)
    assert (found.run, found.other, found.items, found.only_in_run, found.only_in_other) == ("one", "two", 4, 1, 1)
    assert found.mean_difference.value == pytest.approx(0.075)
    assert found.mean_difference.low < 0 < found.mean_difference.high
    assert (found.wins, found.losses, found.ties, found.win_rate.value) == (2, 1, 1, 2.5 / 4)
    assert (found.pass_score, found.newly_passing, found.newly_failing, found.mcnemar_p) == (0.5, 2, 1, 1)


def test_the_other_way_round_the_signs_are_turned() -> None:
    found = run_comparison("two", WORSE, other="one", other_items=BETTER, pass_score=0.5)
    assert found.mean_difference.value == pytest.approx(-0.075)
    assert (found.wins, found.losses, found.newly_passing, found.newly_failing) == (1, 2, 1, 2)


def test_of_several_scores_of_one_item_the_newest_counts_and_a_later_failure_takes_none_away() -> None:
    again = [scored(0.1, item="a", second=5), failed(item="a", second=9), scored(0.8, item="a", second=2)]
    found = run_comparison("one", [*again, *run_of(b=0.5)], other="two", other_items=WORSE, pass_score=0.5)
    assert (found.items, found.wins, found.losses) == (2, 0, 2)
    assert any("one has items with several scores" in warning for warning in found.warnings)


def test_an_item_that_only_failed_in_one_run_is_only_in_the_other() -> None:
    found = run_comparison(
        "one", [failed(item="a"), *run_of(b=0.5, c=0.5)], other="two", other_items=WORSE, pass_score=0.5
    )
    assert (found.items, found.only_in_run, found.only_in_other) == (2, 0, 3)


def test_evaluations_without_an_item_and_other_judges_are_told() -> None:
    other = JudgeKey(requested_model="google/k", rubric="mine@1", mode=KEY.mode, settings_hash="s")
    one = [*run_of(a=0.5, b=0.5), scored(0.5), scored(0.5)]
    theirs = [scored(0.5, item=item, judge=other) for item in "ab"]
    found = run_comparison("one", one, other="two", other_items=theirs, pass_score=0.5)
    assert "2 evaluations of one name no item" in " ".join(found.warnings)
    assert "not judged by one judge" in " ".join(found.warnings)
    assert "Only 2 items" in " ".join(found.warnings)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"of": {"served_models": ("j-002",)}}, "other served models"),
        ({"of": {"prompt_hash": "new"}}, "other prompt hashes"),
        ({"judge": replace(KEY, settings_hash="new")}, "other settings hash"),
    ],
)
def test_one_judge_that_changed_between_the_runs_is_told(changes: dict[str, Any], told: str) -> None:
    mine, theirs = ([scored(0.5, item=item, **more) for item in "ab"] for more in (changes, {}))
    found = run_comparison("one", mine, other="two", other_items=theirs, pass_score=0.5)
    assert told in " ".join(found.warnings)
    same = run_comparison("one", mine, other="two", other_items=mine, pass_score=0.5)
    assert "one judge" not in " ".join(same.warnings)


def test_longer_answers_win_less_where_lengths_are_held_equal() -> None:
    mine = [scored(0.5 + (place % 4 != 0) / 4, item=f"i{place}", output_length=50 + place % 7) for place in range(40)]
    theirs = [scored(0.6, item=f"i{place}", output_length=50 - place % 5) for place in range(40)]
    found = run_comparison("one", mine, other="two", other_items=theirs, pass_score=0.5)
    assert found.win_rate.value == 0.75
    assert found.length_controlled_win_rate is not None


@pytest.mark.parametrize("theirs", [[], run_of(a=0.5), run_of(x=0.5, y=0.5)])
def test_runs_without_items_in_common_are_not_compared(theirs: list[Judged]) -> None:
    with pytest.raises(NotMeasurable, match="at least 2"):
        run_comparison("one", BETTER, other="two", other_items=theirs, pass_score=0.5)
