"""A service whose log nobody reads goes on, ends when it is asked to, and says later what was lost."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

LINES = 12_000
PROGRAM = f"""
import pathlib, sys
from runtime.kit.logs import configure_logs
import structlog
configure_logs(service="gateway-service", level="INFO")
for number in range({LINES}):
    structlog.get_logger().info("line", number=number)
pathlib.Path(sys.argv[1]).touch()
sys.stdin.read()
structlog.get_logger().info("last")
"""


@contextmanager
def talkative(marker: Path) -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-c", PROGRAM, str(marker)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield process
        process.kill()


@pytest.mark.fault("F55")
def test_nobody_reads_and_the_work_goes_on_and_ends(tmp_path: Path) -> None:
    marker = tmp_path / "through"
    with talkative(marker) as process:
        while not marker.exists():
            assert process.poll() is None
            time.sleep(0.02)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0


@pytest.mark.fault("F55")
def test_a_reader_that_comes_back_is_told_how_much_was_lost(tmp_path: Path) -> None:
    marker = tmp_path / "through"
    with talkative(marker) as process:
        while not marker.exists():
            assert process.poll() is None
            time.sleep(0.02)
        assert process.stdin is not None
        assert process.stdout is not None
        # Read for a while first: there must be room again for the last line.
        lines = [process.stdout.readline() for _ in range(LINES // 10)]
        process.stdin.close()
        events = [json.loads(line) for line in [*lines, *process.stdout]]
        assert process.wait(30) == 0
    lost = sum(event["lines"] for event in events if event["event"] == "log_lines_dropped")
    kept = [event for event in events if event["event"] == "line"]
    assert lost > 0
    assert len(kept) + lost == LINES
    assert [event["number"] for event in kept] == sorted(event["number"] for event in kept)
    assert events[-1]["event"] == "last"
