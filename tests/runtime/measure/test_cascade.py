"""A cheap judge first: what is escalated, saved and lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.measure.cascade import RecordedItem, cascade
from tests.runtime.measure.samples import measured


def item(cheap: bool | None = True, *, sure: float = 1, strong: bool | None = True, human: bool = True) -> RecordedItem:
    return RecordedItem(cheap=cheap, cheap_confidence=sure, strong=strong, cheap_cost=1, strong_cost=10, human=human)


items_of = st.lists(
    st.builds(
        item,
        st.none() | st.booleans(),
        sure=st.floats(0, 1),
        strong=st.none() | st.booleans(),
        human=st.booleans(),
    ),
    min_size=1,
    max_size=30,
)


def test_a_worked_example() -> None:
    items = [item(), item(cheap=False, sure=0.9), item(cheap=False, sure=0.1), item(cheap=None, strong=None)]
    found = cascade(items, threshold=0.5)
    assert (found.escalated, found.left_to_human) == (0.5, 0.25)
    assert found.accuracy == pytest.approx(2 / 3)
    assert found.strong_accuracy == 1
    assert found.accuracy_lost == pytest.approx(1 / 3)
    assert found.saved == pytest.approx(1 - (4 * 1 + 2 * 10) / 40)


def test_what_nobody_decides_has_no_accuracy() -> None:
    found = cascade([item(cheap=None, strong=None)], threshold=0)
    assert (found.accuracy, found.accuracy_lost, found.left_to_human) == (None, None, 1)


def test_without_items_there_is_no_cascade() -> None:
    with pytest.raises(ValueError, match="needs items"):
        cascade([], threshold=0.5)


def test_a_free_strong_judge_saves_no_share_of_nothing() -> None:
    assert cascade([RecordedItem(True, 1, True, 0, 0, human=True)], threshold=0.5).saved is None


@measured
@given(items_of)
def test_above_all_confidence_only_the_strong_judge_decides(items: list[RecordedItem]) -> None:
    found = cascade(items, threshold=1.1)
    assert (found.escalated, found.accuracy) == (1, found.strong_accuracy)
    assert found.saved == pytest.approx(-0.1)


@measured
@given(items_of)
def test_a_higher_threshold_never_escalates_less_nor_saves_more(items: list[RecordedItem]) -> None:
    swept = [cascade(items, threshold=threshold) for threshold in (0, 0.25, 0.5, 0.75, 1)]
    assert [result.escalated for result in swept] == sorted(result.escalated for result in swept)
    savings = [result.saved or 0 for result in swept]
    assert savings == sorted(savings, reverse=True)
