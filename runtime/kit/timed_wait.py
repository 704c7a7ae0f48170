"""Waiting for an event, but not for ever: where a loop meets the clock, so that tests can own it."""

import asyncio
from collections.abc import Awaitable, Callable

TimedWait = Callable[[asyncio.Event, float], Awaitable[bool]]
"""True as soon as the event is set, False once the seconds have passed."""


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return event.is_set()
    return True
