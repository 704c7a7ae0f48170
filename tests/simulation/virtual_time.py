"""An asyncio loop whose clock jumps to the next timer: hours in milliseconds, and the same order every time.

Callbacks that are ready together keep asyncio's own order, which asyncio promises; the seed decides over the order of
everything else, as each simulated call takes a time of its own.
"""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)


class NothingLeftToHappen(Exception):
    """Somebody waits, and no timer is set that could ever wake them: a deadlock."""


class _JumpingClock:
    """In the place of the loop's selector: where that would sleep until the next timer, it moves the time there."""

    def __init__(self) -> None:
        self.now = 0.0

    def select(self, timeout: float | None) -> list[object]:
        if timeout is None:
            raise NothingLeftToHappen
        self.now += timeout
        return []

    def close(self) -> None: ...


class VirtualTimeLoop(asyncio.BaseEventLoop):
    def __init__(self) -> None:
        super().__init__()
        self._selector = _JumpingClock()

    def time(self) -> float:
        return self._selector.now

    def now(self) -> datetime:
        return START + timedelta(seconds=self.time())

    def _process_events(self, events: list[object]) -> None: ...

    def _write_to_self(self) -> None: ...
