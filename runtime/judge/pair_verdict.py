"""A verdict on two answers as they were shown: its schema, its strict reader, and what it says as a whole."""

import math
from dataclasses import dataclass
from typing import Any, Literal

from runtime.contracts.jury import EQUAL
from runtime.contracts.rubric import Rubric
from runtime.contracts.two_orders import Shown
from runtime.judge.evidence import check_against
from runtime.judge.prose_verdict import prose_verdict
from runtime.judge.verdict_reader import (
    CriterionEntry,
    JudgeText,
    Quotation,
    made_up_evidence,
    object_schema,
    read_entries,
)


class Choice(CriterionEntry):
    """Of one criterion."""

    first_evidence: Quotation
    second_evidence: Quotation
    explanation: JudgeText
    preferred: Literal["first", "second", "tie"]

    @property
    def shown(self) -> Shown:
        return Shown(self.preferred)


@dataclass(frozen=True)
class OrderVerdict:
    """What a judge said of two answers in one order."""

    shown: Shown
    choices: tuple[Choice, ...] = ()
    """In the rubric's order; none where the judge wrote prose instead."""
    prose: str | None = None


def pair_schema(rubric: Rubric) -> dict[str, Any]:
    """As for one answer, evidence comes first and the decision last."""
    text = {"type": "string"}
    choice = {
        "first_evidence": text,
        "second_evidence": text,
        "explanation": text,
        "preferred": {"type": "string", "enum": [shown.value for shown in Shown]},
    }
    return object_schema({criterion.name: object_schema(dict(choice)) for criterion in rubric.criteria})


def parse_pair_verdict(text: str, rubric: Rubric, *, first: str, second: str) -> OrderVerdict:
    """Raises UnusableVerdict, and nothing else, for any text."""
    choices = read_entries(text, rubric, Choice)
    in_first, in_second = check_against(first), check_against(second)
    made_up = [
        criterion.name
        for criterion, choice in zip(rubric.criteria, choices, strict=True)
        if not (in_first(choice.first_evidence) and in_second(choice.second_evidence))
    ]
    if made_up:
        raise made_up_evidence(made_up)
    return OrderVerdict(shown=by_weight(rubric, [choice.shown for choice in choices]), choices=choices)


def parse_pair_or_prose(text: str, rubric: Rubric, *, first: str, second: str) -> OrderVerdict:
    """For a judge that was told of the schema once more: what is no JSON at all may still state a verdict."""
    stated = None if "{" in text else prose_verdict(text)
    if stated is None:
        return parse_pair_verdict(text, rubric, first=first, second=second)
    # Half of a surrogate pair could not be stored.
    return OrderVerdict(shown=stated, prose=text.encode(errors="replace").decode())


def by_weight(rubric: Rubric, preferred: list[Shown]) -> Shown:
    """The place whose criteria weigh more; equal weights are a tie. Levels and gates are for one answer by itself."""
    weight = {
        place: math.fsum(
            criterion.weight for criterion, shown in zip(rubric.criteria, preferred, strict=True) if shown is place
        )
        for place in Shown
    }
    if math.isclose(weight[Shown.FIRST], weight[Shown.SECOND], rel_tol=EQUAL):
        return Shown.TIE
    return Shown.FIRST if weight[Shown.FIRST] > weight[Shown.SECOND] else Shown.SECOND
