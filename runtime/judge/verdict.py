"""A verdict on one answer: the JSON schema that asks for it and the strict reader that accepts nothing else."""

from typing import Any

from runtime.contracts.outcomes import CriterionScore
from runtime.contracts.rubric import Criterion, Rubric
from runtime.judge.evidence import check_against
from runtime.judge.scoring import level_score
from runtime.judge.verdict_reader import (
    CriterionEntry,
    JudgeText,
    Quotation,
    UnusableVerdict,
    clip,
    made_up_evidence,
    object_schema,
    read_entries,
)


class _Grade(CriterionEntry):
    evidence: Quotation
    explanation: JudgeText
    level: int


def verdict_schema(rubric: Rubric) -> dict[str, Any]:
    """Evidence comes before the level: a judge that has chosen first would only defend its choice."""
    return object_schema({criterion.name: _criterion_schema(criterion) for criterion in rubric.criteria})


def _criterion_schema(criterion: Criterion) -> dict[str, Any]:
    return object_schema(
        {
            "evidence": {"type": "string"},
            "explanation": {"type": "string"},
            "level": {"type": "integer", "enum": list(range(len(criterion.levels)))},
        }
    )


def parse_verdict(text: str, rubric: Rubric, *, answer: str) -> tuple[CriterionScore, ...]:
    """One score for each criterion, in the rubric's order. Raises UnusableVerdict, and nothing else, for any text."""
    grades = read_entries(text, rubric, _Grade)
    scores = tuple(_score(criterion, grade) for criterion, grade in zip(rubric.criteria, grades, strict=True))
    stands_in = check_against(answer)
    # The whole quotation is checked, not only what is kept of it.
    made_up = [
        criterion.name
        for criterion, grade in zip(rubric.criteria, grades, strict=True)
        if not stands_in(grade.evidence)
    ]
    if made_up:
        raise made_up_evidence(made_up)
    return scores


def _score(criterion: Criterion, grade: _Grade) -> CriterionScore:
    try:
        score = level_score(grade.level, len(criterion.levels))
    except ValueError:
        raise UnusableVerdict(f"the level of {criterion.name} is not on its scale.") from None
    return CriterionScore(
        name=criterion.name,
        weight=criterion.weight,
        score=score,
        level=grade.level,
        evidence=clip(grade.evidence),
        explanation=clip(grade.explanation),
    )
