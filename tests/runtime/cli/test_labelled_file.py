"""What no card can be made of is refused before anything is sent."""

import re
from pathlib import Path
from typing import Any

import pytest

from config.limits import CALIBRATION_LABELS_MAX
from runtime.cli.commands import main
from runtime.cli.labelled_file import calibration_name
from runtime.contracts.evaluation import LABEL_PATTERN
from tests.runtime.cli.labelled_lines import LINES, written
from tests.runtime.cli.measuring_gateway import MeasuringGateway, served

ANSWER = {"input": "q", "output": "x"}


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([*LINES, ANSWER | {"human_mean": 0.5}], "several kinds (passed, score): put each in a file of its own"),
        ([ANSWER | {"human_label": "good"}] * 3, "said the same of each line"),
        ([ANSWER | {"human_mean": 0.5}] * 2, "said the same of each line"),
        ([ANSWER | {"human_label": "good"}], "said the same of each line"),
        (LINES * (CALIBRATION_LABELS_MAX // 6 + 1), f"draw some with --limit {CALIBRATION_LABELS_MAX}"),
        (["{"], "there is nothing labelled in it"),
    ],
)
def test_labels_that_make_no_card_are_refused_before_a_line_is_sent(
    lines: list[Any], complaint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = MeasuringGateway()
    with served(gateway) as url:
        assert main(["--url", url, "calibrate", written(tmp_path / "l.jsonl", lines)]) == 1
    assert not gateway.bodies
    assert complaint in capsys.readouterr().out


def test_a_limit_makes_a_long_file_short_enough(tmp_path: Path) -> None:
    gateway = MeasuringGateway()
    file = written(tmp_path / "l.jsonl", LINES * (CALIBRATION_LABELS_MAX // 6 + 1))
    with served(gateway) as url:
        assert main(["--url", url, "calibrate", file, "--limit", "9"]) == 0
    assert len(gateway.calibrated[0]["labels"]) == 9


@pytest.mark.parametrize("stem", ["a", "my labels", "x" * 200, "--", "ünder_score"])
def test_a_calibration_is_called_like_its_file_as_far_as_a_label_goes(stem: str) -> None:
    assert re.fullmatch(LABEL_PATTERN, calibration_name(Path(f"{stem}.jsonl")))
