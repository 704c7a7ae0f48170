"""A judge's verdict: the JSON schema that asks for it and the strict reader that accepts nothing else."""

import json
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from runtime.contracts.outcomes import CriterionScore
from runtime.contracts.rubric import Criterion, Rubric
from runtime.judge.scoring import level_score

MAX_TEXT_CHARS = 1000
"""What is kept of a criterion's evidence and of its explanation."""


class UnusableVerdict(Exception):
    """`correction` says what was wrong, in our own words: it may be sent back to the judge."""

    def __init__(self, correction: str) -> None:
        super().__init__(correction)
        self.correction = correction


def _encodable(text: str) -> str:
    """Half of a surrogate pair passes as `str` and fails later, when the result is stored."""
    text.encode()
    return text


_Text = Annotated[str, AfterValidator(_encodable)]


class _CriterionVerdict(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)

    evidence: _Text
    explanation: _Text
    level: int


def verdict_schema(rubric: Rubric) -> dict[str, Any]:
    """Only keywords that OpenAI's strict mode, Gemini and llama.cpp all enforce. Evidence comes before the level."""
    return _object({criterion.name: _criterion_schema(criterion) for criterion in rubric.criteria})


def _criterion_schema(criterion: Criterion) -> dict[str, Any]:
    return _object(
        {
            "evidence": {"type": "string"},
            "explanation": {"type": "string"},
            "level": {"type": "integer", "enum": list(range(len(criterion.levels)))},
        }
    )


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def parse_verdict(text: str, rubric: Rubric) -> tuple[CriterionScore, ...]:
    """One score for each criterion, in the rubric's order. Raises UnusableVerdict, and nothing else, for any text."""
    found = _one_object(text)
    names = {criterion.name for criterion in rubric.criteria}
    missing = [criterion.name for criterion in rubric.criteria if criterion.name not in found]
    if missing:
        raise UnusableVerdict(f"it left out {', '.join(missing)}.")
    if found.keys() - names:
        raise UnusableVerdict("it had fields beside the rubric's criteria.")
    return tuple(_score(criterion, found[criterion.name]) for criterion in rubric.criteria)


def _one_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise UnusableVerdict("it was not one JSON object without anything before or after it.") from None
    if not isinstance(found, dict):
        raise UnusableVerdict("it was not a JSON object.")
    return found


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise UnusableVerdict("it named a field twice.")
    return found


def _no_constant(_: str) -> None:
    raise UnusableVerdict("NaN and Infinity are not JSON.")


def _score(criterion: Criterion, found: object) -> CriterionScore:
    try:
        verdict = _CriterionVerdict.model_validate(found)
        score = level_score(verdict.level, len(criterion.levels))
    except ValidationError:
        raise UnusableVerdict(
            f"{criterion.name} needs exactly evidence and explanation as text and level as an integer."
        ) from None
    except ValueError:
        raise UnusableVerdict(f"the level of {criterion.name} is not on its scale.") from None
    return CriterionScore(
        name=criterion.name,
        weight=criterion.weight,
        score=score,
        level=verdict.level,
        evidence=_clip(verdict.evidence),
        explanation=_clip(verdict.explanation),
    )


def _clip(text: str) -> str:
    return text if len(text) <= MAX_TEXT_CHARS else text[: MAX_TEXT_CHARS - 1] + "…"
