"""`make replay`: tables, picture, and what it says of data that it cannot use."""

import io
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from rich.console import Console

from tests.tools.recorded import ITEMS, everything, judgement, pair, written
from tools.architecture.letters import text_width
from tools.replay.command import main
from tools.replay.picture import WIDTH
from tools.replay.recordings import COMPLETIONS, JUDGEMENTS, PAIRS


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    screen = io.StringIO()
    code = main(["--data", str(folder), *arguments], console=Console(file=screen, width=200))
    return code, screen.getvalue()


def test_every_table_is_shown_with_what_it_rests_on(tmp_path: Path) -> None:
    code, screen = run(written(tmp_path, everything()))
    assert code == 0
    for said in (
        "Ours beside what is known (Plain)",
        "Each prompting strategy",
        "Each judge (Plain)",
        "A cheap judge first",
        "What the judges wrote, read again",
        "Read otherwise than recorded: none",
        "40 adversarial of 60 pairs",
        "the longer answer is right in 0.0%, whoever takes the first in 50.0%",
        "labels of other items only",
    ):
        assert said in screen


def test_the_figures_are_those_that_the_data_were_made_with(tmp_path: Path) -> None:
    _, screen = run(written(tmp_path, everything()))
    rows = {line.split("  ")[0]: line for line in screen.splitlines()}
    assert "90.0%" in rows["GPT-4 alone is right"]
    assert "100.0%" in rows["GPT-4 is order-consistent"]
    assert re.search(r"Falcon is order-consistent +0\.0%", rows["Falcon is order-consistent"])


def test_the_picture_is_well_formed_and_keeps_its_texts_inside(tmp_path: Path) -> None:
    svg = tmp_path / "replay.svg"
    code, screen = run(written(tmp_path, everything()), "--svg", str(svg))
    assert code == 0
    assert f"Picture: {svg}" in screen
    root = ET.fromstring(svg.read_text())  # noqa: S314 # our own
    texts = [each for each in root.iter() if each.tag.endswith("text")]
    assert len(texts) > 10
    for text in texts:
        size = {"head": 16, "dim": 12}.get(text.get("class", ""), 13)
        assert float(text.get("x", "0")) + text_width(text.text or "", size) <= WIDTH, text.text


def test_the_picture_holds_no_sentence_of_the_data(tmp_path: Path) -> None:
    svg = tmp_path / "replay.svg"
    run(written(tmp_path, everything()), "--svg", str(svg))
    assert not any(word in svg.read_text() for word in ("two and two", "Four", "everybody", "item-"))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({PAIRS: []}, f"{PAIRS}, line 1 is not as docs/measuring.md says"),
        ({JUDGEMENTS: [{"item_id": "item-000"}]}, f"{JUDGEMENTS}, line 1 is not as docs/measuring.md says: judge"),
        ({JUDGEMENTS: [judgement("GPT-4", ITEMS)]}, f"judges item-{ITEMS:03}, which {PAIRS} does not hold"),
        ({JUDGEMENTS: [judgement("GPT-4", 1)]}, "lacks GPT-4 or Falcon under Plain"),
        ({PAIRS: [pair(0)], JUDGEMENTS: [judgement("GPT-4", 0)]}, "no adversarial pairs"),
        (
            {JUDGEMENTS: [judgement("GPT-4", 1), judgement("Falcon", 1)]},
            "too few verdicts for any figure",
        ),
    ],
)
def test_data_that_cannot_be_used_are_one_line_that_says_what_to_do(
    tmp_path: Path, changed: dict[str, list[dict[str, object]]], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(written(tmp_path, everything() | changed)) == (2, "")
    error = capsys.readouterr().err
    assert error.startswith("error: ")
    assert said in error
    assert error.count("\n") == 1


def test_a_folder_without_the_files_is_told_which_ones(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path)[0] == 2
    error = capsys.readouterr().err
    assert "`make replay DATA=folder` wants" in error
    assert COMPLETIONS in error


def test_a_picture_that_cannot_be_written_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(written(tmp_path, everything()), "--svg", str(tmp_path / "none" / "x.svg"))[0] == 2
    assert "No such file or directory" in capsys.readouterr().err


def test_a_line_separator_within_a_text_ends_no_record(tmp_path: Path) -> None:
    files = everything()
    files[PAIRS][0]["input"] = "one\u2028two\x85three"
    assert run(written(tmp_path, files))[0] == 0
