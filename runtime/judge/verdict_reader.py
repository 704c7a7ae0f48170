"""What all written verdicts have in common: one JSON object with an entry for each criterion, and nothing by guess."""

import json
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from runtime.contracts.failures import FailureReason
from runtime.contracts.rubric import Rubric
from runtime.judge.evidence import evidence_of

MAX_TEXT_CHARS = 1000
"""What is kept of a criterion's evidence and of its explanation."""


class UnusableVerdict(Exception):
    """`correction` says what was wrong, in our own words: it may be sent back to the judge."""

    def __init__(self, correction: str, reason: FailureReason = FailureReason.UNPARSEABLE) -> None:
        super().__init__(correction)
        self.correction = correction
        self.reason = reason
        """Why the evaluation fails, where no better verdict follows."""


def made_up_evidence(criteria: list[str]) -> UnusableVerdict:
    return UnusableVerdict(
        f"the evidence for {', '.join(criteria)} does not stand in the answer; quote it word for word, or leave it "
        "empty where nothing in the answer decides.",
        FailureReason.EVIDENCE,
    )


def _encodable(text: str) -> str:
    """Half of a surrogate pair passes as `str` and fails later, when the result is stored."""
    text.encode()
    return text


JudgeText = Annotated[str, AfterValidator(_encodable)]
Quotation = Annotated[JudgeText, AfterValidator(evidence_of)]


class CriterionEntry(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", hide_input_in_errors=True)


Entry = TypeVar("Entry", bound=CriterionEntry)


def object_schema(properties: dict[str, Any]) -> dict[str, Any]:
    """Only keywords that OpenAI's strict mode, Gemini and llama.cpp all enforce."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def read_entries(text: str, rubric: Rubric, shape: type[Entry]) -> tuple[Entry, ...]:
    """One entry for each criterion, in the rubric's order. Raises UnusableVerdict, and nothing else, for any text."""
    found = _one_object(text)
    names = [criterion.name for criterion in rubric.criteria]
    missing = [name for name in names if name not in found]
    if missing:
        raise UnusableVerdict(f"it left out {', '.join(missing)}.")
    if found.keys() - set(names):
        raise UnusableVerdict("it had fields beside the rubric's criteria.")
    return tuple(_entry(name, found[name], shape) for name in names)


def _entry(name: str, found: object, shape: type[Entry]) -> Entry:
    try:
        return shape.model_validate(found)
    except ValidationError:
        raise UnusableVerdict(f"{name} needs exactly {', '.join(shape.model_fields)}, each of its type.") from None


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


def clip(text: str, chars: int = MAX_TEXT_CHARS) -> str:
    return text if len(text) <= chars else text[: chars - 1] + "…"
