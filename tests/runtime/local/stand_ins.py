"""Small parts for the supervisor's tests: real processes that do nothing but be there."""

import asyncio
import socket
import sys
from pathlib import Path

from runtime.local.folder import Folder
from runtime.local.part import NotReady, Part, Step, nothing
from runtime.local.stack_file import PartRecord, StackRecord

SLEEPER = (sys.executable, "-c", "import time; time.sleep(600)")
QUITTER = (sys.executable, "-c", "raise SystemExit(3)")
DEAF = (sys.executable, "-c", "import signal,time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)")


def part(name: str, command: tuple[str, ...] | None = SLEEPER, *, probe: Step = nothing, **more: object) -> Part:
    return Part(name=name, command=command, probe=probe, **{"stop_timeout_seconds": 5.0, **more})  # type: ignore[arg-type]


async def never_ready() -> None:
    raise NotReady("it only stares")


def made(root: Path) -> Folder:
    folder = Folder(root)
    folder.create()
    return folder


class Watch:
    """Hears every change; waits for one that fits."""

    def __init__(self) -> None:
        self.changes: list[PartRecord] = []
        self.stack: StackRecord | None = None
        self._changed = asyncio.Event()

    def part(self, record: PartRecord) -> None:
        self.changes.append(record)
        self._changed.set()

    def __call__(self, stack: StackRecord, changed: PartRecord | None) -> None:
        self.stack = stack
        if changed is not None:
            self.changes.append(changed)
        self._changed.set()

    async def until(self, fits: object) -> PartRecord:
        """The first change, past or to come, for which `fits` is true."""
        assert callable(fits)
        async with asyncio.timeout(20):
            while True:
                for record in self.changes:
                    if fits(record):
                        return record
                self._changed.clear()
                await self._changed.wait()


def listener() -> socket.socket:
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen()
    return server
