"""The printed matrix says of each row whether it held, by how many tests, or why it was not run."""

import subprocess
import sys
from pathlib import Path

from tests.faults.matrix import MATRIX, NOT_RUN

ROOT = Path(__file__).parents[2]
TESTS = """
import pytest

@pytest.mark.fault("F1", "F2")
def test_one(record_property):
    record_property("evaluations", 1200)
    record_property("crash_point", "gateway.published")

@pytest.mark.fault("F2")
@pytest.mark.parametrize("number", [1, 2])
def test_two(number, record_property):
    record_property("evaluations", 34)
    assert number == 1

@pytest.mark.fault("F3")
def test_three():
    pytest.skip("not here")

def test_four():
    raise AssertionError
"""


def test_a_row_is_green_red_or_not_run_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "test_rows.py").write_text(TESTS)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-m",
        "fault",
        "-p",
        "tests.faults.report",
        "-p",
        "no:cacheprovider",
    ]
    run = subprocess.run(
        [*command, "-c", str(ROOT / "pyproject.toml"), str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    lines = {line.split()[0]: line for line in run.stdout.splitlines() if line.startswith("F")}
    assert run.returncode == 1
    assert lines["F1"].endswith("green   1 tests")
    assert lines["F2"].endswith("RED     1 of 3 failed")
    assert lines["F3"].endswith("RED     its tests were skipped")
    assert lines["F4"].endswith("RED     no test shows it")
    for name, reason in NOT_RUN.items():
        assert lines[name].endswith(f"not run {reason}")
    red = len(MATRIX) - len(NOT_RUN) - 1
    assert f"faults run: {len(MATRIX) - len(NOT_RUN)} of {len(MATRIX)}, {red} red  evaluations: 1,268" in run.stdout
    assert "crash points hit: 1 of" in run.stdout
