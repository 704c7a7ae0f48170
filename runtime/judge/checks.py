"""What needs no judge: an answer that is the reference, and one that is not the JSON that was asked for."""

import asyncio
import json
import math
import unicodedata
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry

from runtime.contracts.answer_schema import UnusableSchema, schema_nodes
from runtime.contracts.evaluation import CascadeSettings
from runtime.contracts.outcomes import CriterionScore, JudgeResult, Method
from runtime.judge.ports import JudgeTask

MOST_DIGITS = 4000
"""Of a number: Python reads no integer of more than 4300 (`sys.get_int_max_str_digits`)."""
MOST_STEPS = 40_000
"""Values of the answer times values of the schema; at the dearest (`items` with `anyOf`) so many take 0.4 s of CPU."""
MOST_REPEATED_CHARS = 20_000_000
"""Characters of the answer times values of the schema: each branch that fails writes the value into a message that
nobody reads. So many take 0.1 s and 30 MB."""


class _NotDecided(Exception):
    """Too large for this check, which says nothing about the answer."""


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
    """True also where our own limits leave it open: that is for the judge, and no reason for a zero."""
    try:
        return await _is_json_of(schema, text)
    except (_NotDecided, RecursionError, UnusableSchema):
        # Too large, nested too deep, or a schema taken by a version of the gateway that took larger ones.
        return True


async def _is_json_of(schema: dict[str, Any], text: str) -> bool:
    try:
        found = json.loads(text, parse_constant=_no_constant, parse_int=_integer, parse_float=_float)
    except ValueError:
        return False
    size = schema_nodes(schema)
    if _nodes(found) * size > MOST_STEPS or len(text) * size > MOST_REPEATED_CHARS:
        raise _NotDecided
    # The registry is empty and fetches nothing; without a format checker no `format` is looked at.
    validator = Draft202012Validator(schema, registry=Registry())
    return await asyncio.to_thread(validator.is_valid, found)


def _nodes(value: object) -> int:
    if isinstance(value, dict):
        return 1 + sum(map(_nodes, value.values()))
    return 1 + sum(map(_nodes, value)) if isinstance(value, list) else 1


def _no_constant(_: str) -> None:
    raise ValueError("NaN and Infinity are not JSON")


def _integer(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise _NotDecided
    return int(digits)


def _float(digits: str) -> float:
    """1e999 is a number, and a whole one: read as infinity it would be neither."""
    number = float(digits)
    if math.isinf(number):
        raise _NotDecided
    return number


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
