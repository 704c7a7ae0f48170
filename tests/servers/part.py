"""Runs one part of the one-machine stack for tests, by the same code that keeps it alive there."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from runtime.local.folder import Folder
from runtime.local.part import Part
from runtime.local.runner import Runner

STOP_SECONDS = 30.0


@contextmanager
def running_part(part: Part, *, folder: Folder) -> Iterator[None]:
    """In a thread with a loop of its own, because it outlives the event loop of a single test."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=part.name, daemon=True)
    thread.start()
    runner = Runner(part=part, folder=folder, on_change=lambda _: None)
    running = asyncio.run_coroutine_threadsafe(runner.run(), loop)
    try:
        asyncio.run_coroutine_threadsafe(_started(runner), loop).result(part.start_timeout_seconds)
        yield
    finally:
        loop.call_soon_threadsafe(runner.stop)
        running.result(STOP_SECONDS)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(STOP_SECONDS)


async def _started(runner: Runner) -> None:
    waits = [asyncio.create_task(event.wait()) for event in (runner.ready, runner.ended)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    if not runner.ready.is_set():
        raise RuntimeError(f"{runner.part.name} did not start: {runner.record.note}")
