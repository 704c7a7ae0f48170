"""Correction: a waiting receive answers when a message arrives, and gives none to a caller that is gone.

The emulator looks every 100 ms, and hands messages to receives of killed workers, where they stay hidden for minutes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from typing import Any

from ministack.services import sns, sqs

from runtime.local.emulator.journal import Journal

LOOK_AGAIN_SECONDS = 0.5
"""For what becomes visible without an arrival: a visibility timeout that ran out."""

caller: ContextVar[Callable[[], Awaitable[MutableMapping[str, Any]]]] = ContextVar("caller")
"""ASGI's `receive` of the request that is being answered."""


class Arrivals:
    """Stands in for the event that the emulator sets with every message it puts into a queue."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.next = asyncio.Event()

    def set(self) -> None:
        self._journal.arrived()
        arrived, self.next = self.next, asyncio.Event()
        arrived.set()


def wake_receivers_on_arrival(journal: Journal) -> None:
    arrivals = Arrivals(journal)
    sqs.esm_wake = sns.esm_wake = arrivals
    look = sqs._HANDLERS["ReceiveMessage"]  # noqa: SLF001

    async def receive(request: dict[str, Any], queue_url: str) -> dict[str, Any]:
        deadline = time.monotonic() + int(request.get("WaitTimeSeconds") or 0)
        hangup = asyncio.create_task(_hangup())
        try:
            while not hangup.done():
                arrival = asyncio.create_task(arrivals.next.wait())
                answer: dict[str, Any] = await look({**request, "WaitTimeSeconds": 0}, queue_url)
                left = deadline - time.monotonic()
                if not answer and left > 0:
                    await asyncio.wait(
                        {arrival, hangup}, timeout=min(left, LOOK_AGAIN_SECONDS), return_when=asyncio.FIRST_COMPLETED
                    )
                arrival.cancel()
                if answer or left <= 0:
                    return answer
        finally:
            hangup.cancel()
        return {}

    sqs._HANDLERS["ReceiveMessage"] = receive  # noqa: SLF001


async def _hangup() -> None:
    """Returns when the caller has closed the connection; the request's body has been read before."""
    receive = caller.get()
    while (await receive())["type"] != "http.disconnect":
        continue
