"""A judge's text on a pair is a preference exactly as asked for, or none."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.two_orders import Shown
from runtime.judge.pair_verdict import OrderVerdict, pair_schema, parse_pair_or_prose, parse_pair_verdict
from runtime.judge.verdict_reader import UnusableVerdict
from tests.fuzz.cases import MANY_CASES
from tests.fuzz.json_texts import ANY_VALUE, changed, written
from tests.runtime.judge.tasks import RUBRIC
from tests.stubs.verdicts import satisfy

VALID: dict[str, Any] = satisfy(pair_schema(RUBRIC))
NAMES = [criterion.name for criterion in RUBRIC.criteria]
ANY_TEXT = st.text(st.characters(codec=None)) | st.builds(written, ANY_VALUE)


def verdict(text: str, *, first: str = "Paris.", second: str = "London.") -> OrderVerdict | None:
    """Whatever else is raised fails the test."""
    try:
        return parse_pair_verdict(text, RUBRIC, first=first, second=second)
    except UnusableVerdict as unusable:
        unusable.correction.encode()
        return None


@MANY_CASES
@given(ANY_TEXT)
def test_any_text_is_no_verdict(text: str) -> None:
    assert verdict(text) is None


@MANY_CASES
@given(changed(VALID))
def test_a_changed_verdict_says_what_stands_in_it_or_is_none(text: str) -> None:
    found = verdict(text)
    if found is not None:
        document = json.loads(text)
        assert [choice.preferred for choice in found.choices] == [document[name]["preferred"] for name in NAMES]


@MANY_CASES
@given(preferred=st.lists(st.sampled_from(Shown), min_size=2, max_size=2), first=st.text(), second=st.text())
def test_a_verdict_as_asked_is_taken_and_the_heavier_criterion_decides(
    preferred: list[Shown], first: str, second: str
) -> None:
    entries = {
        name: {"first_evidence": first, "second_evidence": second, "explanation": first, "preferred": shown}
        for name, shown in zip(NAMES, preferred, strict=True)
    }
    found = verdict(written(entries), first=first, second=second)
    assert found is not None
    assert found.shown is (preferred[0] if preferred[0] is not Shown.TIE else preferred[1])


@MANY_CASES
@given(ANY_TEXT | st.builds("{} Answer 1 is better. {}".format, ANY_TEXT, ANY_TEXT))
def test_prose_is_a_verdict_that_can_be_stored_or_none(text: str) -> None:
    try:
        found = parse_pair_or_prose(text, RUBRIC, first="Paris.", second="London.")
    except UnusableVerdict:
        return
    assert found.prose is not None
    assert found.prose.encode()
    assert not found.choices
