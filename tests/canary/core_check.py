"""Core files hold whatever was in memory: none may exist, and no service may be able to write one."""

import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.canary.process_places import core_files, services_of, that_may_dump
from tests.flow.system import ROOT, System

FAKE_CORE = b"\x7fELF".ljust(16, b"\0") + b"\x04\x00"


def core_problems(system: System, *, since: float) -> list[str]:
    """A killed process leaves its core file where it worked: in the repository, or in a folder of the run."""
    folder = system.folder.root.parent
    found = core_files([*ROOT.iterdir(), *folder.rglob("*")], since=since)
    return [*found, *that_may_dump(services_of(system)), *_blindness(folder, since=since)]


def _blindness(folder: Path, *, since: float) -> list[str]:
    """The controls: a file as a kernel would begin it, and a process that may dump."""
    blind = []
    fake = folder / "planted-core"
    fake.write_bytes(FAKE_CORE)
    if not core_files(folder.iterdir(), since=since):
        blind.append("a planted core file was not found")
    fake.unlink()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        if most and not that_may_dump([process.pid]):
            blind.append("a process that may write a core file was not found")
        process.terminate()
    return blind


@contextmanager
def core_files_allowed() -> Iterator[None]:
    """To whatever is started meanwhile, as far as this machine permits: only a service's own refusal counts."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, before)
