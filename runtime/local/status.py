"""`status`: what runs, since when, on which port, with how much memory."""

import time

import psutil
from rich.console import Console
from rich.table import Table

from runtime.local.folder import Folder
from runtime.local.running import is_whole, running_stack
from runtime.local.stack_file import PartRecord, ProcessRecord, find

MIB = 1 << 20


def status(folder: Folder, console: Console) -> int:
    """0 only where everything that must run does."""
    record = running_stack(folder)
    if record is None:
        console.print("Not running: start it with `make up` or `make demo`")
        return 1
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("part", "state", "pid", "port", "up", "memory", "restarts", ""):
        table.add_column(name, justify="left" if name in ("part", "state", "") else "right")
    for part in record.parts:
        table.add_row(*_row(part))
    console.print(table)
    console.print(f"supervisor {record.supervisor.pid}, {_mib(record.supervisor)}; logs in {folder.root / 'logs'}")
    console.print(f"{record.gateway_url} (API: {record.gateway_url}/docs)")
    return 0 if is_whole(record) else 1


def _row(part: PartRecord) -> tuple[str, ...]:
    process = part.process
    return (
        part.name,
        part.state.value,
        str(process.pid) if process else "",
        str(part.port or ""),
        f"{time.time() - process.started_at:.0f} s" if process else "",
        _mib(process) if process else "",
        str(part.restarts or ""),
        part.note or "",
    )


def _mib(record: ProcessRecord) -> str:
    process = find(record)
    try:
        return f"{process.memory_info().rss / MIB:.0f} MiB" if process else ""
    except psutil.NoSuchProcess:
        return ""
