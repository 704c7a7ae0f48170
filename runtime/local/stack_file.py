"""`.local/run/stack.json`: what runs, for `status`, `down`, `demo`, and for the next start after a kill."""

from enum import StrEnum

import psutil
from pydantic import ValidationError

from config.base import Frozen
from runtime.local.folder import Folder, write_private


class State(StrEnum):
    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"
    FAILED = "failed"


class ProcessRecord(Frozen):
    """A process beyond doubt: a pid alone may belong to another program by now."""

    pid: int
    started_at: float
    command: tuple[str, ...]


class PartRecord(Frozen):
    name: str
    state: State = State.WAITING
    process: ProcessRecord | None = None
    port: int | None = None
    restarts: int = 0
    ready_seconds: float | None = None
    """From the start of its process to its first answer."""
    note: str | None = None
    """What a person should know: why it is not there, and what to do."""
    optional: bool = False


class StackRecord(Frozen):
    supervisor: ProcessRecord
    state: State
    started_at: float
    gateway_url: str
    ready_seconds: float | None = None
    note: str | None = None
    parts: tuple[PartRecord, ...]


def write_stack(folder: Folder, record: StackRecord) -> None:
    write_private(folder.stack_file, record.model_dump_json(indent=2))


def read_stack(folder: Folder) -> StackRecord | None:
    """None where there is none, and where it is damaged: it only describes what can be found again."""
    try:
        return StackRecord.model_validate_json(folder.stack_file.read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def process_record(pid: int) -> ProcessRecord | None:
    try:
        process = psutil.Process(pid)
        return ProcessRecord(pid=pid, started_at=process.create_time(), command=tuple(process.cmdline()))
    except psutil.Error:
        return None


def own_record() -> ProcessRecord:
    me = psutil.Process()
    return ProcessRecord(pid=me.pid, started_at=me.create_time(), command=tuple(me.cmdline()))


CLOCK_TOLERANCE_SECONDS = 2.0
"""The kernel counts a start time from boot; the wall clock it is shown in gets corrected now and then."""


def find(record: ProcessRecord) -> psutil.Process | None:
    """The live process of the record, or None where it is gone or the pid is another's."""
    now = process_record(record.pid)
    if now is None or now.command != record.command:
        return None
    if abs(now.started_at - record.started_at) > CLOCK_TOLERANCE_SECONDS:
        return None
    process = psutil.Process(record.pid)
    return process if process.status() != psutil.STATUS_ZOMBIE else None
