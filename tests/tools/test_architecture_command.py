from pathlib import Path

import pytest

from tools.architecture.command import main


@pytest.mark.parametrize("is_there", [False, True])
def test_a_folder_without_templates_is_one_line_that_says_what_to_run(
    is_there: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, svg = tmp_path / "cdk.out", tmp_path / "picture.svg"
    if is_there:
        folder.mkdir()
    code = main(["--templates", str(folder), "--environment", "prod", "--svg", str(svg)])
    assert code == 2
    assert capsys.readouterr().err == f"error: {folder} has no templates of LlmJudge-Prod: run `make synth` first\n"
    assert not svg.exists()
