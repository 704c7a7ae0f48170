"""A process of the simulation: it runs, is frozen for a while as by SIGSTOP, or is dead."""

import asyncio


class Process:
    """Its code meets the world in its port calls only, and each of them asks here first."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.alive = True
        self.ended = asyncio.Event()
        """Dead, or drained."""
        self.stopping = asyncio.Event()
        """SIGTERM."""
        self.died_at: float | None = None
        self.freezes: list[tuple[float, float]] = []
        self._loop = asyncio.get_running_loop()
        self._thaws_at = 0.0

    def kill(self) -> None:
        if self.alive:
            self.alive = False
            self.died_at = self._loop.time()
        self.stopping.set()
        self.ended.set()

    def freeze(self, seconds: float) -> None:
        self._thaws_at = self._loop.time() + seconds
        self.freezes.append((self._loop.time(), self._thaws_at))

    async def awake(self) -> None:
        """Returns while the process runs. In a dead one every task ends here, and none has any effect any more."""
        while self.alive and self._thaws_at > self._loop.time():
            await asyncio.sleep(self._thaws_at - self._loop.time())
        if not self.alive:
            raise asyncio.CancelledError

    def was_frozen(self, begin: float, end: float) -> bool:
        return any(start < end and thaw > begin for start, thaw in self.freezes)

    def had_died(self, by: float) -> bool:
        return self.died_at is not None and self.died_at <= by
