"""How a service's process ends, whatever it is doing, and what it leaves behind."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.aws import aws_environment
from tests.servers.process import free_port

ROOT = Path(__file__).resolve().parents[3]
END_SECONDS = 20


@pytest.fixture
def waiting_for_settings() -> Iterator["subprocess.Popen[str]"]:
    """Nothing answers where it asks for them."""
    environment = {**os.environ, **aws_environment(f"http://127.0.0.1:{free_port()}"), "LLM_JUDGE_HOST": "127.0.0.1"}
    with subprocess.Popen(
        [sys.executable, "-m", "runtime.redis_service"],
        cwd=ROOT,
        env={**environment, "LLM_JUDGE_PORT": str(free_port())},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "Waiting for application startup" in line:
                break
        yield process
        process.kill()


@pytest.mark.fault("F38")
def test_sigterm_ends_a_service_that_waits_for_its_settings(waiting_for_settings: "subprocess.Popen[str]") -> None:
    waiting_for_settings.send_signal(signal.SIGTERM)
    assert waiting_for_settings.wait(END_SECONDS) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the limits of another process")
def test_a_service_that_crashes_writes_no_core_file(waiting_for_settings: "subprocess.Popen[str]") -> None:
    limits = Path(f"/proc/{waiting_for_settings.pid}/limits").read_text()
    (core,) = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
    # Soft and hard: it cannot be raised again.
    assert core[4:6] == ["0", "0"]
