"""Lines with a human's word: three forms, and what is said about others."""

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.cli.labelled import Labelled, Labels

POINT: dict[str, Any] = {"id": "a", "input": "q", "output": "x"}
PAIR: dict[str, Any] = {"id": "a", "input": "q", "output_a": "x", "output_b": "y"}
AWKWARD = st.sampled_from([None, True, 0, 1, 5, -1, 10**400, 0.5, math.nan, math.inf, -1e308, 1e308, "", "x", "A"])
ANYTHING = AWKWARD | st.lists(AWKWARD, max_size=3) | st.dictionaries(st.sampled_from("xyz"), AWKWARD, max_size=3)
FIELDS = ("id", "metadata", "human_label", "human_mean", "scale", "human_preference", "reference")


@pytest.mark.parametrize(
    ("line", "labels", "label"),
    [
        (POINT | {"human_label": "good"}, Labels(), {"passed": True}),
        (POINT | {"human_label": False}, Labels(), {"passed": False}),
        (POINT | {"human_label": "no"}, Labels(pass_label="no", fail_label="yes"), {"passed": True}),
        (POINT | {"human_label": "yes"}, Labels(pass_label="no", fail_label="yes"), {"passed": False}),
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
        *[
            (POINT | {"human_label": label}, Labels(pass_label="good"), complaint)
            for label, complaint in [
                (None, "no word"),
                (" ", "no word"),
                (["good"], "no word"),
                ("unsure", "--fail-label"),
                ("none", "--fail-label"),
            ]
        ],
        (POINT | {"human_mean": 4}, Labels(), "scale"),
        *[(POINT | {"human_mean": {"x": bad}}, Labels(), "no number") for bad in ("x", None, float("nan"), 10**400)],
        (POINT | {"human_mean": {}}, Labels(), "is empty"),
        *[
            (POINT | {"human_mean": 1, "scale": scale}, Labels(), "its scale is not [low, high]")
            for scale in (5, None, ["1", "5"], [1, 1], [5, 1], [0, float("inf")], [1, 3, 5], [-1e308, 1e308])
        ],
        (POINT | {"human_mean": True}, Labels(), "scale"),
        (POINT | {"human_mean": {"x": 1}}, Labels(criterion="y"), "no y, but 'x'"),
        (PAIR | {"human_preference": "C"}, Labels(), "not A, B or tie"),
    ],
)
def test_what_cannot_be_read_says_what_to_do(line: dict[str, Any], labels: Labels, complaint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(complaint)):
        labels.read(line, "f:1")


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, ANYTHING)), st.sampled_from([None, "x"]))
def test_any_line_is_either_labelled_or_refused_in_words(line: dict[str, Any], option: str | None) -> None:
    try:
        found = Labels(option, option, option).read(POINT | PAIR | line, "f:1")
    except ValueError as refused:
        assert str(refused)  # noqa: PT017 - either way is right
    else:
        assert isinstance(found, Labelled)
        assert 0 <= found.label.get("score", 0) <= 1
