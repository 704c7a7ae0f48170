"""How many deliveries a worker may hold, so that it receives no more than it can start."""

import asyncio
from collections.abc import Callable

from config.limits import APPCONFIG_POLL_SECONDS
from runtime.kit.timed_wait import TimedWait

FULL_RECEIVE_SHARE = 16
"""A worker of that many times a receive's size waits until a whole receive fits: one call for ten messages, not ten."""


class Slots:
    """`limit` is asked each time, and again while all slots are taken, as the runtime document may change."""

    def __init__(self, limit: Callable[[], int], *, wait: TimedWait) -> None:
        self._limit = limit
        self._wait = wait
        self._taken = 0
        self._closed = False
        self._changed = asyncio.Event()

    async def take(self, at_most: int) -> int:
        """Waits for free slots and takes up to `at_most` of them; 0 once closed."""
        while not self._closed:
            limit = self._limit()
            free = limit - self._taken
            if free >= max(1, min(at_most, limit // FULL_RECEIVE_SHARE)):
                taken = min(at_most, free)
                self._taken += taken
                return taken
            self._changed.clear()
            await self._wait(self._changed, APPCONFIG_POLL_SECONDS)
        return 0

    def give_back(self, slots: int) -> None:
        self._taken -= slots
        self._changed.set()

    def close(self) -> None:
        self._closed = True
        self._changed.set()
