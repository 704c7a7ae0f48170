"""How one line ended, as the gateway told it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from runtime.api_client.items import Item
from runtime.contracts.outcomes import Outcome


class Ending(StrEnum):
    JUDGED = "judged"
    """It has a score."""
    WITHHELD = "withheld"
    """It ended as it should, without a score: a model refused, or a safety filter blocked it."""
    FAILED = "failed"
    """The evaluation ended in an error."""
    REJECTED = "rejected"
    """The gateway did not accept the line."""
    LOST = "lost"
    """It was sent, and no end of it was seen."""


@dataclass(frozen=True)
class Result:
    item: Item
    ending: Ending
    evaluation: dict[str, Any] | None = None
    """The resource as the gateway returned it; None where it was never accepted, or is lost."""
    evaluation_id: str | None = None
    explanation: str | None = None

    @property
    def score(self) -> float | None:
        return self.evaluation.get("score") if self.evaluation else None

    @property
    def outcome(self) -> str:
        return str((self.evaluation or {}).get("outcome") or self.ending)

    @property
    def criteria(self) -> dict[str, float]:
        judged = (self.evaluation or {}).get("judge_result") or {}
        return {criterion["name"]: criterion["score"] for criterion in judged.get("criteria", ())}

    @property
    def self_judged(self) -> bool:
        return bool(((self.evaluation or {}).get("judge_result") or {}).get("self_judged"))

    @property
    def seconds(self) -> float | None:
        if self.evaluation is None:
            return None
        begin, end = (datetime.fromisoformat(self.evaluation[name]) for name in ("created_at", "updated_at"))
        return (end - begin).total_seconds()


def ended(item: Item, evaluation: dict[str, Any]) -> Result:
    """`evaluation` is in a terminal state."""
    failure = evaluation.get("failure") or {}
    explanation = f"{failure['reason']}: {failure['advice']}" if failure else None
    return Result(item, ending_of(evaluation), evaluation, evaluation["id"], explanation)


def ending_of(evaluation: dict[str, Any]) -> Ending:
    match evaluation.get("outcome"):
        case Outcome.SCORED:
            return Ending.JUDGED
        case Outcome.REFUSED | Outcome.BLOCKED:
            return Ending.WITHHELD
        case _:
            return Ending.FAILED
