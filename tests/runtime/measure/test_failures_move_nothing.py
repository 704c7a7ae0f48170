"""A failed judge is no zero: whatever fails in a run changes its coverage, and no mean, kappa or pass rate."""

from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.contracts.judged import Judged
from runtime.contracts.outcomes import Outcome
from runtime.measure.card import judge_card
from runtime.measure.run_comparison import run_comparison
from runtime.measure.run_summary import run_summary
from tests.runtime.measure.judged_items import failed, labelled, scored
from tests.runtime.measure.test_run_summary import calibration

CALIBRATION = calibration()
ITEMS = [f"i{number}" for number in range(4)]
SCORED = st.lists(
    st.builds(scored, st.floats(0, 1), item=st.sampled_from(ITEMS), second=st.integers(0, 99)), min_size=4, max_size=12
)
FAILED = st.lists(
    st.builds(
        failed,
        st.sampled_from([outcome for outcome in Outcome if outcome is not Outcome.SCORED]),
        item=st.sampled_from([*ITEMS, "i9", None]),
        second=st.integers(0, 99),
    ),
    min_size=1,
    max_size=6,
)
FEW = settings(max_examples=25, deadline=None)


@FEW
@given(judged=SCORED, fails=FAILED)
def test_in_a_run_failures_change_counts_and_coverage_only(judged: list[Judged], fails: list[Judged]) -> None:
    one, other = (
        run_summary("r", items, still_open=0, calibration=CALIBRATION, newest=None)
        for items in (judged, [*fails, *judged])
    )
    assert other.coverage == len(judged) / (len(judged) + len(fails))
    counts = {name: getattr(one, name) for name in ("evaluations", "outcomes", "coverage")}
    assert other.model_copy(update=counts) == one


@FEW
@given(judged=SCORED, fails=FAILED, passes=st.lists(st.booleans(), min_size=12, max_size=12))
def test_in_a_calibration_failures_change_counts_and_coverage_only(
    judged: list[Judged], fails: list[Judged], passes: list[bool]
) -> None:
    passes[:2] = [True, False]
    labels = [labelled(one, passed=passed) for one, passed in zip(judged, passes, strict=False)]
    card, other = judge_card(labels), judge_card([*labels, *(labelled(one, passed=True) for one in fails)])
    assert other.coverage.value == len(judged) / (len(judged) + len(fails))
    counts = {name: getattr(card, name) for name in ("items", "outcomes", "coverage")}
    assert other.model_copy(update=counts) == card


@FEW
@given(judged=SCORED, others=SCORED, fails=FAILED)
def test_in_a_comparison_failures_change_nothing(
    judged: list[Judged], others: list[Judged], fails: list[Judged]
) -> None:
    both = [[scored(0.25, item=name), scored(0.75, item=name)] for name in ("x", "y")]
    mine, theirs = [*judged, *(one for one, _ in both)], [*others, *(one for _, one in both)]
    before = run_comparison("a", mine, other="b", other_items=theirs, pass_score=0.5)
    after = run_comparison("a", [*fails, *mine], other="b", other_items=[*theirs, *fails], pass_score=0.5)
    assert after == before
