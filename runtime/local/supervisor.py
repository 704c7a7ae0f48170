"""Runs all parts at once: each starts when those it needs are ready, and stops after those that need it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Any

from runtime.local.folder import Folder
from runtime.local.part import Part
from runtime.local.runner import Runner
from runtime.local.stack_file import PartRecord, StackRecord, State, own_record, write_stack

OnChange = Callable[[StackRecord, PartRecord | None], None]
"""Hears the stack as it is now, and the part that changed; None where the stack's own state did."""


class Supervisor:
    def __init__(self, *, parts: Sequence[Part], folder: Folder, gateway_url: str, on_change: OnChange) -> None:
        self._folder = folder
        self._on_change = on_change
        self._runners = {part.name: Runner(part=part, folder=folder, on_change=self._part_changed) for part in parts}
        self._stop = asyncio.Event()
        self.record = StackRecord(
            supervisor=own_record(),
            state=State.STARTING,
            started_at=time.time(),
            gateway_url=gateway_url,
            parts=tuple(runner.record for runner in self._runners.values()),
        )

    async def run(self) -> State:
        """Until it is stopped or its start has failed: STOPPED or FAILED."""
        self._change(None)
        async with asyncio.TaskGroup() as tasks:
            for runner in self._runners.values():
                tasks.create_task(self._keep(runner))
            await self._stop.wait()
            for runner in self._runners.values():
                tasks.create_task(self._stop_after_its_users(runner))
        self._change(None, state=State.FAILED if self.record.note else State.STOPPED)
        return self.record.state

    def stop(self) -> None:
        if not self._stop.is_set():
            self._stop.set()
            self._change(None, state=State.STOPPING)

    async def _keep(self, runner: Runner) -> None:
        for name in runner.part.needs:
            await self._ready_or_stopping(self._runners[name])
        if self._stop.is_set():
            runner.ended.set()
            return
        await runner.run()
        if runner.record.state is State.FAILED:
            await runner.part.after_failure()
            if self.record.state is State.STARTING and not runner.part.optional:
                self.record = self.record.model_copy(update={"note": f"{runner.part.name}: {runner.record.note}"})
                self.stop()

    async def _ready_or_stopping(self, runner: Runner) -> None:
        events = {asyncio.create_task(event.wait()) for event in (runner.ready, self._stop)}
        _, pending = await asyncio.wait(events, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()

    async def _stop_after_its_users(self, runner: Runner) -> None:
        for other in self._runners.values():
            if runner.part.name in other.part.needs:
                await other.ended.wait()
        runner.stop()

    def _part_changed(self, part: PartRecord) -> None:
        parts = tuple(runner.record for runner in self._runners.values())
        self._change(part, parts=parts)
        if self.record.state is State.STARTING and all(map(_settled, parts)):
            self._change(None, state=State.READY, ready_seconds=round(time.time() - self.record.started_at, 1))

    def _change(self, part: PartRecord | None, **update: Any) -> None:
        self.record = self.record.model_copy(update=update)
        write_stack(self._folder, self.record)
        self._on_change(self.record, part)


def _settled(part: PartRecord) -> bool:
    return part.state is State.READY or (part.optional and part.state is State.FAILED)
