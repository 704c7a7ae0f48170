"""Keeps one part alive: start it, wait until it is ready, start it again when it dies, stop it when asked."""

import asyncio
import os
import signal
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from runtime.local.backoff import Backoff
from runtime.local.folder import Folder
from runtime.local.part import NotReady, Part, Step, Unusable
from runtime.local.spawn import spawn
from runtime.local.stack_file import PartRecord, State, process_record

PROBE_SECONDS = 0.1


class Died(Exception):
    """The process ended before the part was ready, or it is being stopped."""


class Runner:
    def __init__(self, *, part: Part, folder: Folder, on_change: Callable[[PartRecord], None]) -> None:
        self.part = part
        self.record = PartRecord(name=part.name, port=part.port, optional=part.optional)
        self.ready = asyncio.Event()
        """Set when it is ready for the first time: those that need it start then."""
        self.ended = asyncio.Event()
        self._folder = folder
        self._on_change = on_change
        self._stopping = asyncio.Event()
        self._backoff = Backoff()
        self._ready_at: float | None = None
        self._obstacle = ""

    async def run(self) -> None:
        """Returns when the part was stopped or has failed for good; the record says which."""
        try:
            while not self._stopping.is_set():
                pause = await self._live_once()
                if pause is None:
                    return
                await _happens(self._stopping, within_seconds=pause)
            self._change(state=State.STOPPED, process=None)
        finally:
            self.ended.set()

    def stop(self) -> None:
        self._stopping.set()

    async def _live_once(self) -> float | None:
        """From one start to its end; the pause before the next one, or None: there is none."""
        self._change(state=self._on_the_way)
        started, self._ready_at = time.monotonic(), None
        try:
            await self.part.prepare()
            async with self._process() as ending:
                await self._become_ready(ending, started)
                while not await _happens(ending, within_seconds=self.part.settle_again_seconds):
                    await self._works(self.part.settle)
        except Unusable as unusable:
            self._change(state=State.FAILED, note=str(unusable))
            return None
        except TimeoutError:
            self._change(note=f"not ready within {self.part.start_timeout_seconds:.0f} s{self._obstacle}")
            if not self.ready.is_set():
                self._give_up()
                return None
        except Died:
            self._change(note=f"ended during its start{self._obstacle}")
        return 0.0 if self._stopping.is_set() else self._plan_restart()

    @asynccontextmanager
    async def _process(self) -> AsyncIterator[asyncio.Event]:
        """Runs the part's process; yields the event of its end, or of the wish to end it."""
        if self.part.command is None:
            yield self._stopping
            return
        process = await spawn(
            self.part.command,
            environment=self.part.environment,
            folder=self.part.working_folder,
            log=self._folder.log(self.part.name),
            orphan_signal=self.part.orphan_signal,
        )
        self._change(process=process_record(process.pid))
        ending = asyncio.Event()
        watches = [asyncio.create_task(_then_set(ending, wait)) for wait in (process.wait, self._stopping.wait)]
        try:
            yield ending
        finally:
            for watch in watches:
                watch.cancel()
            await self._end(process)

    async def _become_ready(self, ending: asyncio.Event, started: float) -> None:
        async with asyncio.timeout(self.part.start_timeout_seconds):
            for step in (self.part.probe, self.part.settle):
                while not await self._works(step):
                    if await _happens(ending, within_seconds=PROBE_SECONDS):
                        raise Died
        self._ready_at = time.monotonic()
        self._change(state=State.READY, ready_seconds=round(self._ready_at - started, 2), note=None)
        self.ready.set()

    async def _works(self, step: Step) -> bool:
        try:
            await step()
        except NotReady as obstacle:
            self._obstacle = f": {obstacle}" if obstacle.args else ""
            return False
        return True

    async def _end(self, process: Process) -> None:
        if process.returncode is not None:
            return
        if self._stopping.is_set():
            self._change(state=State.STOPPING)
        process.terminate()
        try:
            async with asyncio.timeout(self.part.stop_timeout_seconds):
                await process.wait()
        except TimeoutError:
            os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
            self._change(note=f"killed: it did not stop within {self.part.stop_timeout_seconds:.0f} s")

    def _plan_restart(self) -> float | None:
        pause = self._backoff.after(time.monotonic() - self._ready_at if self._ready_at else 0.0)
        self._change(state=self._on_the_way, process=None, restarts=self.record.restarts + 1)
        if pause is None:
            self._change(note="it keeps ending soon after its start")
            self._give_up()
        return pause

    def _give_up(self) -> None:
        """Says why, and where more is found."""
        where = f"; the reason is in {self._folder.log(self.part.name)}" if self.part.command else ""
        self._change(state=State.FAILED, process=None, note=f"{self.record.note}{where}")

    @property
    def _on_the_way(self) -> State:
        return State.RESTARTING if self.ready.is_set() else State.STARTING

    def _change(self, **update: Any) -> None:
        self.record = self.record.model_copy(update=update)
        self._on_change(self.record)


async def _then_set(event: asyncio.Event, wait: Callable[[], Any]) -> None:
    await wait()
    event.set()


async def _happens(event: asyncio.Event, *, within_seconds: float | None) -> bool:
    try:
        async with asyncio.timeout(within_seconds):
            return await event.wait()
    except TimeoutError:
        return event.is_set()
