"""Step 1 of a calibration: lines with a human's word on each answer, or on each pair of answers.

    {"id", "input", "output", "human_label"}                     passed or not
    {"id", "input", "output", "human_mean", "scale": [1, 5]}     a score, or several by name; without `scale` in 0-1
    {"id", "input", "output_a", "output_b", "human_preference"}  "A", "B" or "tie"

`reference` may stand beside each.
"""

import math
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
    fail_label: str | None = None
    """Instead of our own words for it. Whatever is neither is no label: "unsure" is not a failure."""
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
        word = str(value).strip().lower() if isinstance(value, str | int) else ""
        if not word:
            raise ValueError("its human_label is no word: label it, or leave the line out")
        if word in _words(self.pass_label, PASSED):
            return True
        if word in _words(self.fail_label, FAILED):
            return False
        raise ValueError(f"its human_label is {word!r}: say with --pass-label and --fail-label which mean good and bad")

    def _score(self, line: Mapping[str, Any]) -> float:
        given, scale = line["human_mean"], _scale(line.get("scale", [0, 1]))
        if not isinstance(given, dict):
            return _on(scale, given)
        if self.criterion is not None:
            if self.criterion not in given:
                raise ValueError(f"its human_mean has no {self.criterion}, but {', '.join(map(repr, given))}")
            return _on(scale, given[self.criterion])
        if not given:
            raise ValueError("its human_mean is empty")
        return fmean(_on(scale, score) for score in given.values())


def _words(own: str | None, ours: tuple[str, ...]) -> tuple[str, ...]:
    return (own.strip().lower(),) if own is not None else ours


def _scale(value: object) -> tuple[float, float]:
    match [_number(end) for end in value] if isinstance(value, list) else None:
        case [float(low), float(high)] if low < high and math.isfinite(high - low):
            return low, high
    raise ValueError("its scale is not [low, high], two numbers of which the first is the smaller one")


def _on(scale: tuple[float, float], value: object) -> float:
    """From 0 to 1."""
    low, high = scale
    score = _number(value)
    if score is None or not low <= score <= high:
        raise ValueError(f"its human_mean is no number on the scale {low:g}-{high:g}: give `scale` as [low, high]")
    return (score - low) / (high - low)


def _number(value: object) -> float | None:
    """None for what is none, or none that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def _preference(line: Mapping[str, Any]) -> dict[str, str]:
    preference = PREFERENCES.get(str(line["human_preference"]))
    if preference is None:
        raise ValueError("its human_preference is not A, B or tie")
    return {"preference": preference}
