"""A score of last year can be read next year: a version of a rubric never changes."""

import hashlib
import re
from pathlib import Path

import pytest

from runtime.contracts.rubric import Criterion, Rubric
from runtime.contracts.rubrics import DEFAULT_RUBRIC, LIBRARY, NEED_REFERENCE, RUBRICS

PAGE = Path(__file__).parents[3] / "docs" / "rubrics.md"
VERSIONS = {
    "correct_and_helpful@1": "452e2bb3371d8eff",
    "instruction_following@1": "c930081d35e2a0a3",
    "reference_correctness@1": "6ce97dd640054373",
    "summary_faithfulness@1": "dde584c83c149b50",
    "safety_refusal@1": "704c4a192b4285a1",
    "tone@1": "a3a5ceafbcbc3dd3",
}
"""The hash of each version's content. A new version adds a line; no line is ever changed."""


def content_hash(rubric: Rubric) -> str:
    return hashlib.sha256(rubric.model_dump_json().encode()).hexdigest()[:16]


def test_every_version_is_still_what_it_was() -> None:
    assert {rubric.label: content_hash(rubric) for rubric in LIBRARY} == VERSIONS


@pytest.mark.parametrize("rubric", LIBRARY, ids=lambda rubric: rubric.label)
def test_a_version_is_found_by_its_label(rubric: Rubric) -> None:
    assert RUBRICS[rubric.label] is rubric


def test_a_name_alone_is_its_newest_version() -> None:
    for name in {rubric.name for rubric in LIBRARY}:
        newest = max((rubric for rubric in LIBRARY if rubric.name == name), key=lambda rubric: rubric.version)
        assert RUBRICS[name] is newest


def test_a_rubric_that_asks_about_a_reference_needs_one_and_no_other_does() -> None:
    asking = {
        rubric.label
        for rubric in LIBRARY
        if any("the reference" in criterion.question for criterion in rubric.criteria)
    }
    assert asking == NEED_REFERENCE


def test_no_label_is_given_twice() -> None:
    assert len({rubric.label for rubric in LIBRARY}) == len(LIBRARY)


def test_the_default_asks_what_it_always_asked() -> None:
    assert DEFAULT_RUBRIC.label == "correct_and_helpful@1"
    assert [(one.name, one.weight, one.levels, one.gate_level) for one in DEFAULT_RUBRIC.criteria] == [
        ("correct", 2, ("no", "yes"), None),
        ("on_task", 1, ("no", "yes"), None),
    ]


def test_every_criterion_is_a_question_to_which_yes_is_the_best_answer() -> None:
    """Of two levels a local judge is shown neither."""
    for rubric in LIBRARY:
        for criterion in rubric.criteria:
            assert re.match(r"(Is|Does) ", criterion.question), criterion.name
            assert criterion.question.endswith("?")


def row(rubric: Rubric, criterion: Criterion) -> tuple[str, ...]:
    gate = criterion.levels[criterion.gate_level] if criterion.gate_level is not None else ""
    weight = f"{criterion.weight:g}"
    return (rubric.label, criterion.name, criterion.question, weight, " · ".join(criterion.levels), gate)


def test_the_page_of_rubrics_shows_the_newest_of_each() -> None:
    shown = [
        tuple(cell.strip(" `") for cell in line.strip("|").split("|"))
        for line in PAGE.read_text().splitlines()
        if line.startswith("| `")
    ]
    newest = [rubric for rubric in LIBRARY if RUBRICS[rubric.name] is rubric]
    assert shown == [row(rubric, criterion) for rubric in newest for criterion in rubric.criteria]
