"""A verdict is taken as the schema says or not at all."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.rubric import Criterion, Rubric
from runtime.judge.scoring import weighted_mean
from runtime.judge.verdict import parse_verdict, verdict_schema
from runtime.judge.verdict_reader import MAX_TEXT_CHARS, UnusableVerdict
from tests.runtime.judge.tasks import RUBRIC
from tests.stubs.verdicts import BROKEN, satisfy

SCHEMA = verdict_schema(RUBRIC)
ANSWER = "Paris. " + "y" * MAX_TEXT_CHARS
LEVELS = st.integers() | st.floats() | st.booleans() | st.none() | st.text(max_size=5) | st.just("100")
CRITERION = st.fixed_dictionaries({"evidence": st.text(), "explanation": st.text(), "level": LEVELS}) | st.none()
VERDICT = st.fixed_dictionaries({}, optional={"correct": CRITERION, "brief": CRITERION, "score": st.integers()})
RUBRICS = st.builds(
    lambda sizes: Rubric(
        name="made_up",
        criteria=tuple(
            Criterion(name=f"c{index}", question="?", weight=weight, levels=tuple(f"level {n}" for n in range(size)))
            for index, (size, weight) in enumerate(sizes)
        ),
    ),
    st.lists(st.tuples(st.integers(2, 7), st.floats(0.001, 1000)), min_size=1, max_size=12),
)


def verdict(correct: Any = 1, brief: Any = 1, **more: Any) -> str:
    def one(level: Any) -> dict[str, Any]:
        return {"evidence": "Paris", "explanation": "It is.", "level": level} | more

    return json.dumps({"correct": one(correct), "brief": one(brief)})


def test_a_verdict_gives_each_criterion_its_level_and_score() -> None:
    correct, brief = parse_verdict(verdict(1, 1), RUBRIC, answer=ANSWER)
    assert (correct.name, correct.level, correct.score, correct.weight) == ("correct", 1, 1, 3)
    assert (brief.name, brief.level, brief.score, brief.weight) == ("brief", 1, 0.5, 1)
    assert (correct.evidence, correct.explanation) == ("Paris", "It is.")
    assert weighted_mean([correct, brief]) == 0.875


def test_the_order_of_the_criteria_is_the_rubrics() -> None:
    turned = json.dumps(dict(reversed(json.loads(verdict()).items())))
    assert [found.name for found in parse_verdict(turned, RUBRIC, answer=ANSWER)] == ["correct", "brief"]


def test_the_schema_puts_evidence_first_and_forbids_what_it_does_not_name() -> None:
    for name, size in (("correct", 2), ("brief", 3)):
        criterion = SCHEMA["properties"][name]
        assert list(criterion["properties"]) == criterion["required"] == ["evidence", "explanation", "level"]
        assert criterion["properties"]["level"] == {"type": "integer", "enum": list(range(size))}
        assert criterion["additionalProperties"] is False
    assert SCHEMA["required"] == ["correct", "brief"]
    assert SCHEMA["additionalProperties"] is False


@given(RUBRICS, st.booleans())
def test_whatever_satisfies_the_schema_is_read(rubric: Rubric, lowest: bool) -> None:
    text = json.dumps(satisfy(verdict_schema(rubric), lowest=lowest))
    found = parse_verdict(text, rubric, answer=ANSWER)
    assert {criterion.score for criterion in found} == {0.0 if lowest else 1.0}


@pytest.mark.parametrize("behaviour", sorted(BROKEN.keys() - {"verdict_low"}))
def test_a_verdict_that_breaks_the_schema_is_refused(behaviour: str) -> None:
    with pytest.raises(UnusableVerdict):
        parse_verdict(BROKEN[behaviour](SCHEMA), RUBRIC, answer=ANSWER)


@pytest.mark.parametrize("level", [-1, 2, 101, 1.0, 0.5, True, None, "1", "yes", "100", [1], {"level": 1}, 10**30])
def test_a_level_that_is_no_step_of_the_scale_is_refused(level: Any) -> None:
    with pytest.raises(UnusableVerdict):
        parse_verdict(verdict(correct=level), RUBRIC, answer=ANSWER)


@pytest.mark.fault("F23")
@pytest.mark.parametrize(
    "text",
    [
        verdict(score=1),
        verdict(evidence=None),
        verdict(explanation=7),
        verdict() + verdict(),
        verdict() + ",",
        "Here it is: " + verdict(),
        verdict().replace('"level": 1', '"level": 01', 1),
        verdict().replace('"level": 1', '"level": 1e0', 1),
        verdict().replace('"level": 1', '"level": 0, "level": 1', 1),
        verdict().replace('"level": 1', '"level": ' + "9" * 5000, 1),
        verdict().replace("Paris", "\\ud800"),
        '"' + "x" * 10,
        "null",
        "1",
    ],
)
def test_nothing_is_accepted_by_guess(text: str) -> None:
    with pytest.raises(UnusableVerdict):
        parse_verdict(text, RUBRIC, answer=ANSWER)


def test_the_correction_repeats_nothing_that_the_judge_wrote() -> None:
    for text in ("CANARY", '{"CANARY": 1}', verdict(correct="CANARY"), verdict(CANARY=1), verdict(evidence=["CANARY"])):
        with pytest.raises(UnusableVerdict) as caught:
            parse_verdict(text, RUBRIC, answer=ANSWER)
        assert "CANARY" not in caught.value.correction


def test_long_texts_are_kept_in_part() -> None:
    found = parse_verdict(verdict(explanation="x" * 5000, evidence="y" * MAX_TEXT_CHARS), RUBRIC, answer=ANSWER)[0]
    assert found.explanation is not None
    assert len(found.explanation) == MAX_TEXT_CHARS
    assert found.explanation.endswith("x…")
    assert found.evidence == "y" * MAX_TEXT_CHARS


@pytest.mark.fault("F23")
@given(st.text() | VERDICT.map(json.dumps) | VERDICT.map(lambda value: json.dumps(value)[:-1]))
def test_any_text_gives_scores_on_the_scale_or_our_own_error(text: str) -> None:
    try:
        found = parse_verdict(text, RUBRIC, answer=ANSWER)
    except UnusableVerdict:
        return
    assert [criterion.name for criterion in found] == ["correct", "brief"]
    assert all(0 <= criterion.score <= 1 and criterion.model_dump_json() for criterion in found)
    assert 0 <= weighted_mean(found) <= 1
