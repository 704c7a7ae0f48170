"""What needs no judge: an answer that is the reference, and one that is not the JSON that was asked for."""

import asyncio
import json
import unicodedata
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry

from runtime.contracts.evaluation import CascadeSettings
from runtime.contracts.outcomes import CriterionScore, JudgeResult, Method
from runtime.judge.ports import JudgeTask

MOST_ANSWER_NODES = 5000
"""Values in an answer that is checked; with the largest schema that takes seconds. The judge reads a larger one."""


async def checked(cascade: CascadeSettings, task: JudgeTask) -> JudgeResult | None:
    """The score where a check decides; None: it takes a judge."""
    if cascade.exact_match and task.reference is not None and same_text(task.output, task.reference):
        return _scored(task, 1, Method.EXACT_MATCH, "The answer is the reference; no judge was asked.")
    if cascade.json_schema is not None and not await _follows(task.output, cascade.json_schema):
        return _scored(task, 0, Method.SCHEMA_CHECK, "The answer is not JSON of the given schema; no judge was asked.")
    return None


def same_text(one: str, other: str) -> bool:
    """But for case, white space, and how Unicode writes a character (NFKC: full width, ligatures, accents)."""
    return _plain(one) == _plain(other)


def _plain(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


async def _follows(text: str, schema: dict[str, Any]) -> bool:
    try:
        found = json.loads(text, parse_constant=_no_constant)
        nodes = _nodes(found)
    except (ValueError, RecursionError):
        return False
    if nodes > MOST_ANSWER_NODES:
        return True  # not checked, and so no reason for a zero
    # The registry is empty and fetches nothing; without a format checker no `format` is looked at.
    validator = Draft202012Validator(schema, registry=Registry())
    return await asyncio.to_thread(validator.is_valid, found)


def _nodes(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_nodes, value.values()))
    return 1 + sum(map(_nodes, value)) if isinstance(value, list) else 1


def _no_constant(_: str) -> None:
    raise ValueError("NaN and Infinity are not JSON")


def _scored(task: JudgeTask, score: int, method: Method, rationale: str) -> JudgeResult:
    return JudgeResult(
        score=score,
        criteria=tuple(
            CriterionScore(name=one.name, weight=one.weight, score=score, level=score * (len(one.levels) - 1))
            for one in task.rubric.criteria
        ),
        rationale=rationale,
        method=method,
        rubric=task.rubric.label,
        requested_model=task.requested_model,
        served_model=None,
    )
