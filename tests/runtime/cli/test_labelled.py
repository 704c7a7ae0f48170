"""Lines with a human's word: three forms, and what is said about others."""

import re
from typing import Any

import pytest

from runtime.cli.labelled import Labels

POINT = {"id": "a", "input": "q", "output": "x"}
PAIR = {"id": "a", "input": "q", "output_a": "x", "output_b": "y"}


@pytest.mark.parametrize(
    ("line", "labels", "label"),
    [
        (POINT | {"human_label": "good"}, Labels(), {"passed": True}),
        (POINT | {"human_label": False}, Labels(), {"passed": False}),
        (POINT | {"human_label": "no"}, Labels(pass_label="no"), {"passed": True}),
        (POINT | {"human_label": "yes"}, Labels(pass_label="no"), {"passed": False}),
        (POINT | {"human_mean": 0.25}, Labels(), {"score": 0.25}),
        (POINT | {"human_mean": 4, "scale": [1, 5]}, Labels(), {"score": 0.75}),
        (POINT | {"human_mean": {"x": 1, "y": 5}, "scale": [1, 5]}, Labels(), {"score": 0.5}),
        (POINT | {"human_mean": {"x": 1, "y": 5}, "scale": [1, 5]}, Labels(criterion="y"), {"score": 1.0}),
        (PAIR | {"human_preference": "A"}, Labels(), {"preference": "output"}),
        (PAIR | {"human_preference": "B"}, Labels(), {"preference": "baseline"}),
        (PAIR | {"human_preference": "tie"}, Labels(), {"preference": "tie"}),
    ],
)
def test_each_form_of_label_is_read(line: dict[str, Any], labels: Labels, label: dict[str, Any]) -> None:
    assert labels.read(line, "f:1").label == label


def test_a_pair_becomes_a_pairwise_evaluation_and_a_reference_goes_to_the_judge() -> None:
    body = Labels().read(PAIR | {"human_preference": "A", "reference": "r"}, "f:1").item.body
    assert body == {"input": "q", "output": "x", "baseline": "y", "judge": {"mode": "pairwise", "reference": "r"}}


@pytest.mark.parametrize(
    ("line", "labels", "complaint"),
    [
        (POINT, Labels(), "no human_label, human_mean or human_preference"),
        ({"input": "q", "human_label": True}, Labels(), "no output"),
        (POINT | {"human_label": "yes"}, Labels(), "--pass-label"),
        (POINT | {"human_mean": 4}, Labels(), "scale"),
        (POINT | {"human_mean": True}, Labels(), "scale"),
        (POINT | {"human_mean": {"x": 1}}, Labels(criterion="y"), "no y, but x"),
        (PAIR | {"human_preference": "C"}, Labels(), "not A, B or tie"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(line: dict[str, Any], labels: Labels, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        labels.read(line, "f:1")
