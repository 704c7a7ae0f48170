"""Keeps processes running: one that died or was drained is started again some seconds later."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from itertools import count
from random import Random

from tests.simulation.ledger import Ledger
from tests.simulation.logs import RUNNING
from tests.simulation.process import Process

Live = Callable[[Process], AbstractAsyncContextManager[None]]
"""Runs a process's services as long as it is entered."""


class Lives:
    def __init__(self, *, random: Random, ledger: Ledger) -> None:
        self.now: dict[str, Process] = {}
        """By name, without the generation."""
        self._random = random
        self._ledger = ledger
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, name: str, live: Live) -> None:
        self._tasks.append(asyncio.create_task(self._keep_running(name, live)))

    def kill_all(self) -> None:
        for process in self.now.values():
            process.kill()

    async def _keep_running(self, name: str, live: Live) -> None:
        for generation in count(1):
            process = self.now[name] = Process(f"{name}.{generation}")
            serving = asyncio.create_task(self._serve(process, live))
            await process.ended.wait()
            await asyncio.sleep(self._random.uniform(1, 40))
            del serving  # an asyncio task lives only as long as somebody holds it

    async def _serve(self, process: Process, live: Live) -> None:
        RUNNING.set(process.name)
        self._ledger.note(process.name, "starts")
        async with live(process):
            await process.stopping.wait()
            if process.alive:
                self._ledger.note(process.name, "drains")
        process.kill()
