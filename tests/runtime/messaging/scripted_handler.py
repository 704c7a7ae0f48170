"""A handler that does what the test says, and remembers what it was given."""

import asyncio
from collections.abc import Callable

import structlog

from runtime.messaging.ports import Delivery
from runtime.messaging.worker import Done, Leave, Release
from tests.fakes.manual_clock import ManualClock

Result = Done | Release | Leave | BaseException


class ScriptedHandler:
    """`answer` gives the result by body; while `open` is not set, handlers hold on."""

    def __init__(self, clock: ManualClock, answer: Callable[[Delivery], Result] = lambda _: Done()) -> None:
        self.answer = answer
        self.open = asyncio.Event()
        self.open.set()
        self.started: list[Delivery] = []
        self.finished: list[Delivery] = []
        self.cut_off: list[Delivery] = []
        self.contexts: list[dict[str, object]] = []
        self._clock = clock

    async def __call__(self, delivery: Delivery) -> Done | Release | Leave:
        self.contexts.append(structlog.contextvars.get_contextvars())
        structlog.contextvars.bind_contextvars(request_id=f"of {delivery.message_id}")
        self.started.append(delivery)
        self._clock.notify()
        try:
            await self.open.wait()
        except asyncio.CancelledError:
            self.cut_off.append(delivery)
            raise
        self.finished.append(delivery)
        self._clock.notify()
        result = self.answer(delivery)
        if isinstance(result, BaseException):
            raise result
        return result
