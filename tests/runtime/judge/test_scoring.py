"""The total is computed by code: within its parts, and by weight."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.outcomes import CriterionScore
from runtime.contracts.rubric import Criterion, Rubric
from runtime.judge.scoring import level_score, total, weighted_mean

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


def gated(gate: int | None, *, levels: int = 5) -> Rubric:
    safe = Criterion(name="safe", question="?", levels=tuple(f"step {n}" for n in range(levels)), gate_level=gate)
    return Rubric(name="gated", criteria=(safe, Criterion(name="good", question="?", weight=3)))


def found(score: float, level: int | None = None) -> list[CriterionScore]:
    return [
        CriterionScore(name="safe", weight=1, score=score, level=level),
        CriterionScore(name="good", weight=3, score=1, level=1),
    ]


@pytest.mark.parametrize(("level", "score"), [(0, 0), (1, 0), (2, 0), (3, 0.9375), (4, 1)])
def test_a_gate_that_is_not_reached_makes_the_total_nothing(level: int, score: float) -> None:
    reached, (safe, good) = total(gated(3), found(level / 4, level))
    assert reached == score
    assert (safe.gate_failed, good.gate_failed) == (score == 0, False)
    assert good.score == 1


@pytest.mark.parametrize(
    ("gate", "probability", "passes"),
    [(1, 0.124, False), (1, 0.125, True), (3, 0.624, False), (3, 0.625, True), (4, 0.874, False), (4, 0.875, True)],
)
def test_a_probability_passes_a_gate_that_it_is_nearer_to_than_the_step_below(
    gate: int, probability: float, passes: bool
) -> None:
    reached, (safe, _) = total(gated(gate), found(probability))
    assert safe.gate_failed is not passes
    assert reached == (pytest.approx((probability + 3) / 4) if passes else 0)


@given(st.floats(min_value=0, max_value=1))
def test_without_a_gate_the_total_is_the_mean(score: float) -> None:
    criteria = found(score)
    assert total(gated(None), criteria) == (weighted_mean(criteria), tuple(criteria))


@pytest.mark.parametrize(
    ("level", "levels", "score"), [(0, 2, 0), (1, 2, 1), (0, 7, 0), (3, 7, 0.5), (6, 7, 1), (2, 5, 0.5)]
)
def test_the_levels_lie_evenly_from_0_to_1(level: int, levels: int, score: float) -> None:
    assert level_score(level, levels) == score


@pytest.mark.parametrize(("level", "levels"), [(-1, 2), (2, 2), (7, 7), (101, 5)])
def test_a_level_beside_the_scale_has_no_score(level: int, levels: int) -> None:
    with pytest.raises(ValueError, match="scale"):
        level_score(level, levels)
