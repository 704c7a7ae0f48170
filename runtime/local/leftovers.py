"""Ends what a killed supervisor left behind: only processes that are proven to be ours."""

from contextlib import suppress

import psutil

from runtime.local.stack_file import StackRecord, find

GRACE_SECONDS = 5.0


def end_leftovers(record: StackRecord) -> list[str]:
    """The names of the parts that were still there. Call it only when the supervisor of the record is gone."""
    found: dict[str, psutil.Process] = {}
    for part in record.parts:
        process = find(part.process) if part.process else None
        if process is not None:
            found[part.name] = process
    end(list(found.values()))
    return list(found)


def end(processes: list[psutil.Process], *, grace_seconds: float = GRACE_SECONDS) -> None:
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    _, alive = psutil.wait_procs(processes, timeout=grace_seconds)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(alive, timeout=grace_seconds)
