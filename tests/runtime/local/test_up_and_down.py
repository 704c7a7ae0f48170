"""The supervisor as a process: stopped, killed, started twice, and what it finds of an earlier run."""

import io
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from rich.console import Console

from runtime.local.down import down
from runtime.local.folder import Folder
from runtime.local.leftovers import end_leftovers
from runtime.local.lock import AlreadyRunning
from runtime.local.running import is_whole, running_stack
from runtime.local.stack_file import (
    PartRecord,
    ProcessRecord,
    StackRecord,
    State,
    find,
    own_record,
    process_record,
    write_stack,
)
from runtime.local.status import status
from runtime.local.up import up
from tests.runtime.local.stand_ins import SLEEPER, made
from tests.runtime.local.tiny_stack import tiny

QUIET = Console(file=io.StringIO())


@contextmanager
def tiny_stack(folder: Folder) -> Iterator[tuple[subprocess.Popen[bytes], StackRecord]]:
    command = (sys.executable, "-m", "tests.runtime.local.tiny_stack", str(folder.root))
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            yield process, wait_for_ready(folder, process)
        finally:
            process.kill()


def wait_for_ready(folder: Folder, process: subprocess.Popen[bytes]) -> StackRecord:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        record = running_stack(folder)
        if record is not None and record.supervisor.pid == process.pid and record.state is State.READY:
            return record
        time.sleep(0.02)
    raise AssertionError("the tiny stack did not become ready")


def processes_of(record: StackRecord) -> list[psutil.Process]:
    found = [find(part.process) for part in record.parts if part.process]
    return [process for process in found if process is not None]


def record_of(*processes: ProcessRecord, supervisor: ProcessRecord) -> StackRecord:
    parts = tuple(PartRecord(name=f"part{number}", process=process) for number, process in enumerate(processes))
    return StackRecord(supervisor=supervisor, state=State.READY, started_at=0, gateway_url="", parts=parts)


def test_sigterm_stops_every_part_and_leaves_no_record(tmp_path: Path) -> None:
    folder = made(tmp_path)
    with tiny_stack(folder) as (supervisor, record):
        parts = processes_of(record)
        supervisor.terminate()
        assert supervisor.wait(20) == 0
    assert len(parts) == 2
    assert not any(process.is_running() for process in parts)
    assert not folder.stack_file.exists()


def test_down_stops_what_runs_and_status_knows_it(tmp_path: Path) -> None:
    folder = made(tmp_path)
    with tiny_stack(folder) as (supervisor, record):
        assert is_whole(record)
        assert status(folder, QUIET) == 0
        assert down(folder, QUIET) == 0
        assert supervisor.wait(20) == 0
    assert status(folder, QUIET) == 1


def test_a_second_start_is_refused(tmp_path: Path) -> None:
    folder = made(tmp_path)
    with tiny_stack(folder), pytest.raises(AlreadyRunning):
        up(folder, QUIET, plan=tiny)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends the parts of a killed supervisor by itself")
def test_no_part_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with tiny_stack(made(tmp_path)) as (supervisor, record):
        parts = processes_of(record)
        supervisor.kill()
        supervisor.wait()
        _, alive = psutil.wait_procs(parts, timeout=10)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []


def test_a_start_survives_the_record_of_a_killed_supervisor(tmp_path: Path) -> None:
    folder = made(tmp_path)
    with tiny_stack(folder) as (supervisor, _):
        supervisor.kill()
        supervisor.wait()
    assert running_stack(folder) is None
    with tiny_stack(folder) as (_, record):
        assert len(processes_of(record)) == 2


def test_a_part_that_outlived_its_supervisor_is_ended(tmp_path: Path) -> None:
    with subprocess.Popen(SLEEPER) as orphan:
        mine = process_record(orphan.pid)
        assert mine is not None
        assert end_leftovers(record_of(mine, supervisor=mine)) == ["part0"]
        assert find(mine) is None


def test_a_process_that_only_has_the_same_pid_is_left_alone(tmp_path: Path) -> None:
    me = own_record()
    older = me.model_copy(update={"started_at": me.started_at - 60})
    other = me.model_copy(update={"command": ("something", "else")})
    assert end_leftovers(record_of(older, other, supervisor=older)) == []


def test_a_damaged_record_is_as_good_as_none(tmp_path: Path) -> None:
    folder = made(tmp_path)
    folder.stack_file.write_text('{"supervisor": ')
    assert running_stack(folder) is None
    assert down(folder, QUIET) == 0


def test_a_record_is_not_believed_when_its_supervisor_is_gone(tmp_path: Path) -> None:
    folder = made(tmp_path)
    with subprocess.Popen(SLEEPER) as gone:
        record = process_record(gone.pid)
        assert record is not None
        gone.kill()
    write_stack(folder, record_of(supervisor=record))
    assert running_stack(folder) is None
