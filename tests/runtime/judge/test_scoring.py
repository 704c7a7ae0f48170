"""The total is computed by code: within its parts, and by weight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.outcomes import CriterionScore
from runtime.judge.scoring import level_score, weighted_mean

CRITERIA = st.lists(
    st.builds(
        CriterionScore,
        name=st.just("c"),
        weight=st.floats(min_value=0, max_value=1000, exclude_min=True),
        score=st.floats(min_value=0, max_value=1),
    ),
    min_size=1,
    max_size=12,
)


def criterion(weight: float, score: float) -> CriterionScore:
    return CriterionScore(name="c", weight=weight, score=score)


@pytest.mark.parametrize(
    ("criteria", "total"),
    [
        ([criterion(1, 0)], 0),
        ([criterion(7, 1)], 1),
        ([criterion(1, 1), criterion(1, 0)], 0.5),
        ([criterion(3, 1), criterion(1, 0.5)], 0.875),
        ([criterion(2, 0.5), criterion(1, 1), criterion(1, 0)], 0.5),
    ],
)
def test_the_total_is_the_mean_by_weight(criteria: list[CriterionScore], total: float) -> None:
    assert weighted_mean(criteria) == pytest.approx(total)


@given(CRITERIA)
def test_the_total_never_leaves_the_scale(criteria: list[CriterionScore]) -> None:
    assert 0 <= weighted_mean(criteria) <= 1


@pytest.mark.parametrize(
    ("level", "levels", "score"), [(0, 2, 0), (1, 2, 1), (0, 7, 0), (3, 7, 0.5), (6, 7, 1), (2, 5, 0.5)]
)
def test_the_levels_lie_evenly_from_0_to_1(level: int, levels: int, score: float) -> None:
    assert level_score(level, levels) == score


@pytest.mark.parametrize(("level", "levels"), [(-1, 2), (2, 2), (7, 7), (101, 5)])
def test_a_level_beside_the_scale_has_no_score(level: int, levels: int) -> None:
    with pytest.raises(ValueError, match="scale"):
        level_score(level, levels)
