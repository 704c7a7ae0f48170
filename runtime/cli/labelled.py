"""Step 1 of a calibration: lines with a human's word on each answer, or on each pair of answers.

    {"id", "input", "output", "human_label"}                     passed or not
    {"id", "input", "output", "human_mean", "scale": [1, 5]}     a score, or several by name; without `scale` in 0-1
    {"id", "input", "output_a", "output_b", "human_preference"}  "A", "B" or "tie"

`reference` may stand beside each.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from runtime.api_client.items import Item, name_of

PASSED = ("true", "pass", "passed", "good", "correct")
FAILED = ("false", "fail", "failed", "bad", "wrong")
PREFERENCES = {"A": "output", "B": "baseline", "tie": "tie"}


@dataclass(frozen=True)
class Labelled:
    item: Item
    """Without the judge's settings."""
    label: Mapping[str, Any]
    """`passed`, `score` or `preference`."""


@dataclass(frozen=True)
class Labels:
    """How to read what humans said, where a line leaves that open."""

    pass_label: str | None = None
    criterion: str | None = None

    def read(self, line: dict[str, Any], where: str) -> Labelled:
        """Raises ValueError with what is wrong with the line."""
        if "human_preference" in line:
            return self._labelled(line, where, {"output": "output_a", "baseline": "output_b"}, _preference(line))
        if "human_label" in line:
            return self._labelled(line, where, {"output": "output"}, {"passed": self._passed(line["human_label"])})
        if "human_mean" in line:
            return self._labelled(line, where, {"output": "output"}, {"score": self._score(line)})
        raise ValueError("it has no human_label, human_mean or human_preference")

    def _labelled(
        self, line: dict[str, Any], where: str, answers: Mapping[str, str], label: Mapping[str, Any]
    ) -> Labelled:
        missing = [field for field in ("input", *answers.values()) if field not in line]
        if missing:
            raise ValueError(f"it has no {' and no '.join(missing)}")
        body = {"input": line["input"], **{name: line[field] for name, field in answers.items()}}
        judge = {"reference": line["reference"]} if line.get("reference") else {}
        if "baseline" in body:
            judge["mode"] = "pairwise"
        return Labelled(Item(name=name_of(line) or where, where=where, body={**body, "judge": judge}), label)

    def _passed(self, value: object) -> bool:
        word = str(value).strip().lower()
        if self.pass_label is not None:
            return word == self.pass_label.strip().lower()
        if word in PASSED or word in FAILED:
            return word in PASSED
        raise ValueError(f"its human_label is {word!r}: say with --pass-label which value means good")

    def _score(self, line: Mapping[str, Any]) -> float:
        score = line["human_mean"]
        if isinstance(score, dict):
            if self.criterion is not None and self.criterion not in score:
                raise ValueError(f"it has no {self.criterion}, but {', '.join(score)}")
            score = score[self.criterion] if self.criterion is not None else fmean(score.values())
        low, high = line.get("scale", (0, 1))
        if isinstance(score, bool) or not isinstance(score, int | float) or not low <= score <= high:
            raise ValueError(f"its human_mean is no number on the scale {low}-{high}: give `scale` as [low, high]")
        return float((score - low) / (high - low))


def _preference(line: Mapping[str, Any]) -> dict[str, str]:
    preference = PREFERENCES.get(str(line["human_preference"]))
    if preference is None:
        raise ValueError("its human_preference is not A, B or tie")
    return {"preference": preference}
