"""Runs a worker on manual time: the clock moves on by itself only while the worker is being left."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from runtime.messaging.worker import Worker
from tests.fakes.manual_clock import ManualClock

TURNS = 50
"""Of the event loop: far more than anything in memory needs to come to rest."""


async def rest() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


async def pump(clock: ManualClock, condition: Callable[[], bool], *, step_seconds: float = 1) -> None:
    """Lets time pass until the condition holds."""
    await rest()
    while not condition():
        clock.advance(step_seconds)
        await rest()


@asynccontextmanager
async def at_work(worker: Worker, clock: ManualClock) -> AsyncIterator[None]:
    await worker.__aenter__()
    try:
        yield
    finally:
        leaving = asyncio.create_task(worker.__aexit__(None, None, None))
        await pump(clock, leaving.done)
        await leaving
