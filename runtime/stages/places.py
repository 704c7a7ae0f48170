"""How many pieces of work run at once against one provider, in the order they came; the limit may change meanwhile."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from config.runtime_document import RuntimeDocument
from config.topology import Provider


class Places:
    """A semaphore whose size is asked at each entry: a hot-applied setting takes effect with the next one."""

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._taken = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def one(self) -> AsyncIterator[None]:
        await self._enter()
        try:
            yield
        finally:
            self._leave()

    async def _enter(self) -> None:
        if self._taken < self._limit() and not self._waiting:
            self._taken += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._leave()  # cancelled just after the place was handed over
            raise

    def _leave(self) -> None:
        self._taken -= 1
        while self._waiting and self._taken < self._limit():
            turn = self._waiting.popleft()
            if not turn.cancelled():
                self._taken += 1
                turn.set_result(None)


def places_for(providers: Iterable[Provider], document: Callable[[], RuntimeDocument]) -> dict[Provider, Places]:
    """One set for each provider; one that the document lacks has one place, and its call will say so."""

    def limit_of(provider: Provider) -> Callable[[], int]:
        def limit() -> int:
            settings = document().providers.get(provider)
            return settings.max_in_flight if settings else 1

        return limit

    return {provider: Places(limit_of(provider)) for provider in providers}
