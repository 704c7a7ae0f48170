"""Processes: what anyone may read of them, and whether they could leave their memory behind in a core file."""

import resource
from collections.abc import Iterable, Iterator
from pathlib import Path

import psutil

from config.topology import SERVICES
from tests.canary.pieces import Piece
from tests.flow.system import System

ELF_CORE = b"\x04\x00"
ELF_HEADER_BYTES = 18


def open_to_all(name: str) -> Iterator[Piece]:
    """`environ` or `cmdline` of every process of this machine."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            yield str(process / name), (process / name).read_bytes()
        except (ProcessLookupError, FileNotFoundError, PermissionError):
            continue


def services_of(system: System) -> list[int]:
    names = {service.name for service in SERVICES}
    return [part.process.pid for part in system.record.parts if part.process and part.name in names]


def that_may_dump(pids: Iterable[int]) -> list[str]:
    allowed = {pid: psutil.Process(pid).rlimit(resource.RLIMIT_CORE) for pid in pids}
    return [f"process {pid} may write a core file of {limit} bytes" for pid, limit in allowed.items() if any(limit)]


def core_files(paths: Iterable[Path], *, since: float) -> list[str]:
    """Whatever they are called."""
    return [f"{path} is a core file" for path in paths if _is_recent_core(path, since=since)]


def _is_recent_core(path: Path, *, since: float) -> bool:
    try:
        if not path.is_file() or path.stat().st_mtime < since:
            return False
        with path.open("rb") as file:
            header = file.read(ELF_HEADER_BYTES)
    except OSError:
        return False
    return header.startswith(b"\x7fELF") and header.endswith(ELF_CORE)
