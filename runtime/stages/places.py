"""How many pieces of work run at once against one provider; tenants that wait for a place take turns."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager

from config.runtime_document import RuntimeDocument
from config.topology import Provider

Turn = asyncio.Future[None]


class Places:
    """A semaphore whose size is asked at each entry: a hot-applied setting takes effect with the next one.

    One tenant's work is served in the order it came; between tenants the places go round. So a tenant waits for one
    turn of each other tenant at most, however much those have waiting.
    """

    def __init__(self, limit: Callable[[], int]) -> None:
        self._limit = limit
        self._taken = 0
        self._waiting: OrderedDict[str, deque[Turn]] = OrderedDict()
        """By tenant, in the order of their turns."""

    @asynccontextmanager
    async def one(self, *, tenant: str) -> AsyncIterator[None]:
        await self._enter(tenant)
        try:
            yield
        finally:
            self._leave()

    async def _enter(self, tenant: str) -> None:
        if self._taken < self._limit() and not self._waiting:
            self._taken += 1
            return
        turn: Turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(tenant, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():
                self._leave()  # cancelled just after the place was handed over
            raise

    def _leave(self) -> None:
        self._taken -= 1
        while self._waiting and self._taken < self._limit():
            turn = self._next_turn()
            if not turn.cancelled():
                self._taken += 1
                turn.set_result(None)

    def _next_turn(self) -> Turn:
        tenant, turns = self._waiting.popitem(last=False)
        turn = turns.popleft()
        if turns:
            self._waiting[tenant] = turns  # behind the others
        return turn


def places_for(providers: Iterable[Provider], document: Callable[[], RuntimeDocument]) -> dict[Provider, Places]:
    """One set for each provider; one that the document lacks has one place, and its call will say so."""

    def limit_of(provider: Provider) -> Callable[[], int]:
        def limit() -> int:
            settings = document().providers.get(provider)
            return settings.max_in_flight if settings else 1

        return limit

    return {provider: Places(limit_of(provider)) for provider in providers}
