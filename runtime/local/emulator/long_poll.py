"""Correction: a waiting receive answers when a message arrives; the emulator looks every 100 ms."""

import asyncio
import time
from typing import Any

from ministack.services import sns, sqs

LOOK_AGAIN_SECONDS = 0.5
"""For what becomes visible without an arrival: a visibility timeout that ran out."""


class Arrivals:
    """Stands in for the event that the emulator sets with every message it puts into a queue."""

    def __init__(self) -> None:
        self.next = asyncio.Event()

    def set(self) -> None:
        arrived, self.next = self.next, asyncio.Event()
        arrived.set()


def wake_receivers_on_arrival() -> None:
    arrivals = Arrivals()
    sqs.esm_wake = sns.esm_wake = arrivals
    look = sqs._HANDLERS["ReceiveMessage"]  # noqa: SLF001

    async def receive(request: dict[str, Any], queue_url: str) -> dict[str, Any]:
        deadline = time.monotonic() + int(request.get("WaitTimeSeconds") or 0)
        while True:
            arrival = arrivals.next
            answer: dict[str, Any] = await look({**request, "WaitTimeSeconds": 0}, queue_url)
            left = deadline - time.monotonic()
            if answer or left <= 0:
                return answer
            try:
                async with asyncio.timeout(min(left, LOOK_AGAIN_SECONDS)):
                    await arrival.wait()
            except TimeoutError:
                continue

    sqs._HANDLERS["ReceiveMessage"] = receive  # noqa: SLF001
