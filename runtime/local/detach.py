"""`up --detach`, and the first half of `demo`: a supervisor in the background, watched until it is ready."""

import asyncio
import signal
import subprocess
import sys
from contextlib import suppress

from rich.console import Console

from runtime.local.announce import Announcer
from runtime.local.child_environment import supervisor_environment
from runtime.local.folder import SUPERVISOR, Folder
from runtime.local.running import running_stack
from runtime.local.stack_file import StackRecord, State, read_stack

WATCH_SECONDS = 0.1


class StartFailed(Exception):
    """The text says why and where to look."""


async def start_detached(folder: Folder, console: Console) -> StackRecord:
    """Raises StartFailed. Stops the stack again where it is interrupted."""
    folder.create()
    supervisor = _launch(folder)
    try:
        return await _watch(folder, console, supervisor)
    except asyncio.CancelledError:
        console.print("Stopping what was started")
        with suppress(ProcessLookupError):
            supervisor.send_signal(signal.SIGTERM)
        supervisor.wait()
        raise


async def wait_until_ready(folder: Folder, console: Console) -> StackRecord:
    """For a stack that somebody else is starting. Raises StartFailed."""
    return await _watch(folder, console, None)


async def _watch(folder: Folder, console: Console, child: subprocess.Popen[bytes] | None) -> StackRecord:
    announce = Announcer(console)
    while True:
        record = running_stack(folder) if child is None else _record_of(folder, child.pid)
        if record is not None:
            announce(record)
            if record.state is State.READY:
                return record
        if (record is None) if child is None else (child.poll() is not None):
            raise StartFailed(_reason(folder))
        await asyncio.sleep(WATCH_SECONDS)


def _record_of(folder: Folder, pid: int) -> StackRecord | None:
    record = read_stack(folder)
    return record if record is not None and record.supervisor.pid == pid else None


def _reason(folder: Folder) -> str:
    record = read_stack(folder)
    note = record.note if record is not None and record.state is State.FAILED else None
    return note or f"The start ended early; the reason is in {folder.log('supervisor')}"


def _launch(folder: Folder) -> subprocess.Popen[bytes]:
    # Not by asyncio, which kills its children when its loop is closed.
    with folder.log(SUPERVISOR).open("ab") as log:
        return subprocess.Popen(
            (sys.executable, "-m", "runtime.local", "up"),
            env=supervisor_environment() | {"LLM_JUDGE_LOCAL_DIR": str(folder.root)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
