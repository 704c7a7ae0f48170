"""Does something again and again in the background, for as long as it is entered."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Self

import structlog

from runtime.kit.timed_wait import set_within

log = structlog.get_logger()


class Poller:
    """The first round comes after the first pause; leaving lets a running round finish."""

    def __init__(self, round_: Callable[[], Awaitable[None]], *, seconds: Callable[[], float]) -> None:
        self._round = round_
        self._seconds = seconds
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._stop.set()
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        while not await set_within(self._stop, self._seconds()):
            try:
                await self._round()
            except Exception as error:  # noqa: BLE001 - the rounds go on, whatever comes
                log.error("round_failed", error=type(error).__name__, next_step="report it: the next round comes")  # noqa: TRY400 - a message may repeat values
