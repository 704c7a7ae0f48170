"""`llm-judge` against a gateway: what it sends, what it shows, and its exit code."""

from pathlib import Path

import pytest

from runtime.attacks.items import attack_items
from runtime.cli.commands import main
from tests.contract.calibrations import PAIRS, calibration
from tests.runtime.cli.labelled_lines import LINES, written
from tests.runtime.cli.measuring_gateway import COMPARISON, MeasuringGateway, served


def test_every_labelled_line_is_judged_and_its_label_handed_in(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = MeasuringGateway()
    with served(gateway) as url:
        code = main(["--url", url, "calibrate", written(tmp_path / "my labels.jsonl", LINES), "--judge", "local/small"])
    assert code == 0
    (handed_in,) = gateway.calibrated
    assert handed_in["name"] == "my-labels"
    assert [label["passed"] for label in handed_in["labels"]] == [True, False] * 3
    assert [label["evaluation_id"] for label in handed_in["labels"]] == [
        next(one["id"] for key, one in gateway.by_key.items() if key.endswith(f"-{n}-0")) for n in range(6)
    ]
    assert {body["judge"]["model"] for body in gateway.bodies} == {"local/small"}
    assert [body["item"] for body in sorted(gateway.bodies, key=lambda body: body["input"])] == [
        f"i{n}" for n in range(6)
    ]
    shown = capsys.readouterr().out
    assert "Cohen's kappa" in shown
    assert "always pass" in shown
    assert f"{url}/v1/calibrations/{gateway.calibration.id}/card" in shown


def test_a_limit_draws_the_same_lines_each_time(tmp_path: Path) -> None:
    gateway, file = MeasuringGateway(), written(tmp_path / "l.jsonl", LINES)
    with served(gateway) as url:
        for _ in range(2):
            main(["--url", url, "calibrate", file, "--limit", "3"])
    first, second = gateway.calibrated
    assert first == second
    assert len(first["labels"]) == 3


def test_a_malformed_line_is_told_and_the_rest_goes_on(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gateway = MeasuringGateway()
    lines = [*LINES, {"id": "broken", "output": "x", "human_label": True}, "not json"]
    with served(gateway) as url:
        code = main(["--url", url, "calibrate", written(tmp_path / "l.jsonl", lines)])
    assert code == 1
    assert len(gateway.calibrated[0]["labels"]) == len(LINES)
    shown = capsys.readouterr().out
    assert "l.jsonl:7 is skipped: it has no input" in shown
    assert "l.jsonl:8 is skipped: not valid JSON" in shown


def test_pairs_are_shown_with_both_baselines_and_a_picture_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = MeasuringGateway()
    gateway.calibration = calibration(PAIRS)
    lines = [
        {"id": said, "input": "q", "output_a": "x", "output_b": "y", "human_preference": said} for said in ("B", "A")
    ]
    picture = tmp_path / "card.svg"
    with served(gateway) as url:
        main(["--url", url, "calibrate", written(tmp_path / "l.jsonl", lines), "--svg", str(picture)])
    shown = capsys.readouterr().out
    assert gateway.calibrated[0]["labels"][0]["preference"] == "baseline"
    assert all(words in shown for words in ("order consistency", "longer wins", "always first"))
    assert picture.read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["calibrate", "missing.jsonl"], "missing.jsonl: No such file"),
        (["calibrate", "empty.jsonl"], "empty.jsonl: there is nothing labelled in it"),
        (["calibrate", "l.jsonl", "--rubric", "bad.json"], "bad.json is not JSON"),
        (["attack", "--rubric", "no_rubric.json"], "no_rubric.json is no rubric: name: Field required; criteria"),
        (["calibrate", "."], ".: Is a directory"),
        (["run", "unknown"], "There is no evaluation of this run"),
    ],
)
def test_wrong_input_is_told_in_one_line(
    arguments: list[str],
    complaint: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    written(tmp_path / "l.jsonl", LINES)
    written(tmp_path / "empty.jsonl", [])
    written(tmp_path / "bad.json", ["{"])
    written(tmp_path / "no_rubric.json", [{}])
    with served(MeasuringGateway()) as url:
        assert main(["--url", url, *arguments]) == 1
    assert complaint in capsys.readouterr().out


def test_a_run_is_summed_up_with_its_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    with served(MeasuringGateway()) as url:
        assert main(["--url", url, "run", "a"]) == 0
    shown = capsys.readouterr().out
    assert "0.70 [0.60, 0.80]" in shown
    assert "89% of those that ended have a score" in shown
    assert "The judge changed since its calibration." in shown
    assert "5 tokens in, 6 out, 0.5000 USD" in shown


@pytest.mark.parametrize(
    ("items", "low", "high", "said"),
    [
        (30, 0.1, 0.3, "a is better"),
        (30, -0.3, -0.1, "b is better"),
        (30, -0.1, 0.1, "No difference can be told"),
        (19, 0.1, 0.3, "Too few items to say which is better: compare at least 20."),
    ],
)
def test_two_runs_are_compared_and_said_in_words(
    items: int, low: float, high: float, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    gateway = MeasuringGateway()
    difference = {"value": (low + high) / 2, "low": low, "high": high}
    gateway.comparison = COMPARISON | {"items": items, "mean_difference": difference}
    with served(gateway) as url:
        assert main(["--url", url, "compare", "a", "b"]) == 0
    shown = capsys.readouterr().out
    assert said in shown
    assert "0.625" in shown


def test_attacks_are_sent_once_and_counted_by_kind(capsys: pytest.CaptureFixture[str]) -> None:
    gateway = MeasuringGateway()
    with served(gateway) as url:
        assert main(["--url", url, "attack", "--judge", "local/small"]) == 0
        assert main(["--url", url, "attack", "--judge", "local/small"]) == 0
    assert len(gateway.by_key) == len(attack_items())
    assert {body["judge"]["model"] for body in gateway.bodies} == {"local/small"}
    shown = capsys.readouterr().out
    # This gateway gives every answer a good score: no wrong answer is left that fails by itself.
    assert "nothing counted" in shown
    assert "passed already" in shown
    assert "forged verdict" in shown
