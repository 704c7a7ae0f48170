"""Time that passes only when a test says so."""

import asyncio
from collections.abc import Callable


class ManualClock:
    """`wait` is a TimedWait for the worker; an InMemoryInbox reads `now` for its visibility timeouts."""

    def __init__(self) -> None:
        self.now = 0.0
        self.waits: list[float] = []
        """The waits going on, in seconds as they were asked for."""
        self._changed = asyncio.Event()

    def advance(self, seconds: float) -> None:
        self.now += seconds
        self.notify()

    def notify(self) -> None:
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def until(self, condition: Callable[[], bool]) -> None:
        """Returns once the condition holds; it is looked at after each change."""
        while not condition():
            await self._changed.wait()

    async def wait(self, event: asyncio.Event, seconds: float) -> bool:
        due = self.now + seconds
        self.waits.append(seconds)
        self.notify()
        happened = asyncio.create_task(event.wait())
        happened.add_done_callback(lambda _: self.notify())
        try:
            await self.until(lambda: event.is_set() or self.now >= due)
            return event.is_set()
        finally:
            happened.cancel()
            self.waits.remove(seconds)
            self.notify()
