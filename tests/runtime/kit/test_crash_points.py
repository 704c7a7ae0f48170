"""A crash point kills or freezes at the wished passage, once; and where nobody asks for it, it is nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from runtime.kit.crash_points import VARIABLE, CrashPoint, choose, crash_point

POINT = CrashPoint.GATEWAY_PUBLISHED
PASS_THREE_TIMES = """
from runtime.kit.crash_points import CrashPoint, crash_point
for number in range(3):
    crash_point(CrashPoint.GATEWAY_PUBLISHED)
    print(number, flush=True)
"""


def passing(folder: Path, environment: str = "local") -> "subprocess.CompletedProcess[str]":
    variables = os.environ | {VARIABLE: str(folder), "LLM_JUDGE_ENVIRONMENT": environment}
    return subprocess.run(
        [sys.executable, "-c", PASS_THREE_TIMES], env=variables, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("passage", [1, 2, 3])
def test_the_armed_passage_kills_and_the_next_process_lives(tmp_path: Path, passage: int) -> None:
    (tmp_path / f"{POINT}.armed").write_text(f"{passage} SIGKILL")
    killed = passing(tmp_path)
    assert killed.returncode == -signal.SIGKILL
    assert killed.stdout.split() == [str(number) for number in range(passage - 1)]
    assert passing(tmp_path).returncode == 0
    assert (tmp_path / POINT).stat().st_size == passage + 3


def test_frozen_by_a_point_it_goes_on_where_it_was(tmp_path: Path) -> None:
    (tmp_path / f"{POINT}.armed").write_text("2 SIGSTOP")
    variables = os.environ | {VARIABLE: str(tmp_path), "LLM_JUDGE_ENVIRONMENT": "local"}
    command = [sys.executable, "-c", PASS_THREE_TIMES]
    with subprocess.Popen(command, env=variables, stdout=subprocess.PIPE, text=True) as process:
        _, status = os.waitpid(process.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status)
        process.send_signal(signal.SIGCONT)
        assert process.communicate()[0].split() == ["0", "1", "2"]


def test_unarmed_it_only_counts(tmp_path: Path) -> None:
    assert passing(tmp_path).returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {POINT}


@pytest.mark.parametrize("environment", ["dev", "prod"])
def test_a_cloud_environment_refuses_to_start_with_it(tmp_path: Path, environment: str) -> None:
    refused = passing(tmp_path, environment)
    assert refused.returncode == 1
    assert VARIABLE in refused.stderr
    assert "Traceback" not in refused.stderr


def test_without_the_variable_every_point_is_the_same_empty_function() -> None:
    assert choose({}) is choose({"LLM_JUDGE_ENVIRONMENT": "prod"})
    assert choose({}) is crash_point
    assert crash_point.__code__.co_names == ()
