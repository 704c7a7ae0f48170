"""Groups what concurrent callers ask for into batches: fewer round trips under load, no waiting when there is none."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextvars import Context
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(frozen=True, eq=False)
class _Waiting(Generic[T, R]):
    item: T
    outcome: asyncio.Future[R]


class Batcher(Generic[T, R]):
    """A batch leaves at once while fewer than `max_in_flight` are on their way; what comes meanwhile shares the next.

    `flush` gives one result or exception per item, in order; an exception that it raises goes to all of its callers.
    It needs a timeout of its own.
    """

    def __init__(
        self,
        flush: Callable[[Sequence[T]], Awaitable[Sequence[R | Exception]]],
        *,
        max_items: int,
        max_in_flight: int,
        size_of: Callable[[T], int] | None = None,
        max_bytes: int | None = None,
    ) -> None:
        self._flush = flush
        self._max_items = max_items
        self._max_in_flight = max_in_flight
        self._size_of = size_of
        self._max_bytes = max_bytes
        self._waiting: deque[_Waiting[T, R]] = deque()
        self._in_flight: set[asyncio.Task[None]] = set()
        self._start_is_due = False
        self._closed = False

    async def submit(self, item: T) -> R:
        """The result for this item. A cancelled caller leaves the others of its batch alone."""
        if self._closed:
            raise RuntimeError("this batcher is closed")
        loop = asyncio.get_running_loop()
        waiting = _Waiting[T, R](item, loop.create_future())
        self._waiting.append(waiting)
        if not self._start_is_due:
            self._start_is_due = True
            loop.call_soon(self._start)  # after the callers that are ready now: they share the batch
        return await waiting.outcome

    async def aclose(self) -> None:
        """Returns once everything submitted has its result."""
        self._closed = True
        self._start()
        while self._in_flight:
            await asyncio.wait(self._in_flight)

    def _start(self) -> None:
        self._start_is_due = False
        while len(self._in_flight) < self._max_in_flight:
            batch = self._next_batch()
            if not batch:
                return
            # Without a caller's context, as a batch belongs to none of them.
            task = asyncio.get_running_loop().create_task(self._run(batch), context=Context())
            self._in_flight.add(task)
            task.add_done_callback(self._landed)

    def _landed(self, task: asyncio.Task[None]) -> None:
        self._in_flight.discard(task)
        self._start()

    def _next_batch(self) -> list[_Waiting[T, R]]:
        batch: list[_Waiting[T, R]] = []
        total = 0
        while self._waiting and len(batch) < self._max_items:
            first = self._waiting[0]
            if first.outcome.done():  # its caller was cancelled
                self._waiting.popleft()
                continue
            total += self._size_of(first.item) if self._size_of else 0
            if batch and self._max_bytes is not None and total > self._max_bytes:
                break
            batch.append(self._waiting.popleft())
        return batch

    async def _run(self, batch: Sequence[_Waiting[T, R]]) -> None:
        try:
            results = await self._flush([waiting.item for waiting in batch])
            for waiting, result in zip(batch, results, strict=True):
                _settle(waiting.outcome, result)
        except Exception as error:  # noqa: BLE001 - whatever it is, each caller must hear of it
            for waiting in batch:
                _settle(waiting.outcome, error)
        finally:
            for waiting in batch:
                waiting.outcome.cancel()  # of no effect, except where this task itself was cancelled


def _settle(outcome: "asyncio.Future[R]", result: R | Exception) -> None:
    if outcome.done():
        return
    if isinstance(result, Exception):
        outcome.set_exception(result)
    else:
        outcome.set_result(result)
