"""Takes messages from an inbox, hands each to a handler, and deletes it last: the loop of the two queue stages."""

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from config.limits import BATCH_ENTRIES, Limits
from runtime.contracts.unavailable import Refused, Unavailable
from runtime.kit.crash_points import CrashPoint, crash_point
from runtime.kit.timed_wait import TimedWait, set_within
from runtime.messaging.backoff import doubled_seconds, release_seconds
from runtime.messaging.ports import Delivery, Inbox
from runtime.messaging.slots import Slots

log = structlog.get_logger()

RECEIVERS = 2
"""A receive often brings fewer than it could; a second one keeps a backlog flowing."""
RELEASE_SECONDS = 20
"""For the handlers that are cut off at the end of a drain to give their messages back."""


@dataclass(frozen=True)
class Done:
    """The message is handled: delete it."""


@dataclass(frozen=True)
class Release:
    """The message is to come back, not before `after_seconds`."""

    after_seconds: float


@dataclass(frozen=True)
class Leave:
    """Hands off: the message belongs to another delivery by now, or comes back by itself."""


Handler = Callable[[Delivery], Awaitable[Done | Release | Leave]]
"""Unavailable, or any other exception, releases the message with a backoff."""


class Worker:
    """Entering it starts the work; leaving it stops receiving, lets running handlers finish, and releases the rest."""

    def __init__(
        self, *, inbox: Inbox, handler: Handler, limits: Callable[[], Limits], wait: TimedWait = set_within
    ) -> None:
        self._inbox = inbox
        self._handler = handler
        self._limits = limits
        self._wait = wait
        self._slots = Slots(lambda: self._limits().max_in_flight_per_worker, wait=wait)
        self._stopping = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._receivers: list[asyncio.Task[None]] = []
        self._running: set[asyncio.Task[None]] = set()
        self._inbox_down: str | None = None
        self._dependency_down: str | None = None

    async def readiness(self) -> Mapping[str, str]:
        """What the work is held up by."""
        if any(receiver.done() for receiver in self._receivers) or not self._receivers:
            return {"worker": "stopped"}
        return {name: "unavailable" for name in (self._inbox_down, self._dependency_down) if name}

    def stop(self) -> None:
        """Receives no more; what is running goes on."""
        self._stopping.set()
        self._slots.close()

    async def __aenter__(self) -> Self:
        self._receivers = [asyncio.create_task(self._receive_until_stopped()) for _ in range(RECEIVERS)]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        log.info("worker_draining", running=len(self._running))
        if not await self._wait(self._idle, self._limits().drain_seconds):
            log.warning("drain_cut_off", running=len(self._running), next_step="none: the messages are released")
            late = set(self._running)
            for task in late:
                task.cancel()
            await asyncio.wait(late, timeout=RELEASE_SECONDS)
        # A receive is left to end by itself: the messages of a cancelled one would stay hidden for their whole time.
        await asyncio.wait(self._receivers)

    async def _receive_until_stopped(self) -> None:
        troubles = 0
        while slots := await self._slots.take(BATCH_ENTRIES):
            # While a dependency is away one message tells as much as ten, and deliveries are limited.
            deliveries = await self._receive(1 if self._dependency_down else slots)
            self._slots.give_back(slots - len(deliveries))
            if self._stopping.is_set():
                await self._put_back(deliveries)
                return
            for delivery in deliveries:
                self._start(delivery)
            troubles = troubles + 1 if self._inbox_down or self._dependency_down else 0
            if troubles:
                await self._wait(self._stopping, doubled_seconds(troubles, self._limits()))

    async def _receive(self, max_messages: int) -> list[Delivery]:
        try:
            deliveries = await self._inbox.receive(
                max_messages=max_messages, wait_seconds=self._limits().receive_wait_seconds
            )
        except Unavailable as error:
            self._inbox_down = error.what
            log.warning("receive_failed", what=error.what, next_step="none: it is tried again with a backoff")
            return []
        except Exception as error:  # noqa: BLE001 - the loop outlives whatever comes
            self._inbox_down = "inbox"
            log.error("receive_failed", error=type(error).__name__, at=_frames(error))  # noqa: TRY400 - a message may repeat values
            return []
        self._inbox_down = None
        return deliveries

    async def _put_back(self, deliveries: list[Delivery]) -> None:
        async with asyncio.TaskGroup() as tasks:
            for delivery in deliveries:
                tasks.create_task(self._hide(delivery, 0))
        self._slots.give_back(len(deliveries))

    def _start(self, delivery: Delivery) -> None:
        self._idle.clear()
        task = asyncio.create_task(self._process(delivery))
        self._running.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.give_back(1)
        if not self._running:
            self._idle.set()

    async def _process(self, delivery: Delivery) -> None:
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(message_id=delivery.message_id, receive_count=delivery.receive_count)
        match await self._handle(delivery):
            case Done():
                crash_point(CrashPoint.WORKER_HANDLED)
                await self._delete(delivery)
                crash_point(CrashPoint.WORKER_DELETED)
            case Release(after_seconds):
                await self._hide(delivery, release_seconds(after_seconds, delivery.receive_count, self._limits()))
            case Leave():
                log.info("message_left")

    async def _handle(self, delivery: Delivery) -> Done | Release | Leave:
        later = Release(doubled_seconds(delivery.receive_count, self._limits()))
        over = asyncio.Event()
        heartbeat = asyncio.create_task(self._keep_hidden(delivery, over))
        try:
            result = await self._handler(delivery)
        except Refused as error:
            log.error("record_refused", what=error.what, next_step="look for `row_refused` in its log, and report it")  # noqa: TRY400 - a traceback shows values
            return later
        except Unavailable as error:
            self._dependency_down = error.what
            log.warning("dependency_unavailable", what=error.what, after_seconds=later.after_seconds)
            return later
        except asyncio.CancelledError:
            return Release(0) if self._stopping.is_set() else later
        except Exception as error:  # noqa: BLE001 - one message must not stop the others
            log.error("handler_failed", error=type(error).__name__, at=_frames(error))  # noqa: TRY400 - a message may repeat values
            return later
        else:
            self._dependency_down = None
            return result
        finally:
            over.set()
            # Ended, not cancelled: one already on its way would hide a message that has just been released.
            await heartbeat

    async def _keep_hidden(self, delivery: Delivery, over: asyncio.Event) -> None:
        while not await self._wait(over, self._limits().heartbeat_seconds):
            await self._hide(delivery, self._limits().visibility_timeout_seconds)

    async def _hide(self, delivery: Delivery, seconds: int) -> None:
        try:
            await self._inbox.hide(delivery, seconds=seconds)
        except Exception as error:  # noqa: BLE001 - it must not decide over the handler's result
            log.warning("hide_failed", error=_name(error), next_step="none: the message comes back by itself")

    async def _delete(self, delivery: Delivery) -> None:
        try:
            await self._inbox.delete(delivery)
        except Exception as error:  # noqa: BLE001 - the work is done all the same
            log.warning("delete_failed", error=_name(error), next_step="none: it comes back and is known as handled")


def _name(error: Exception) -> str:
    return str(error) if isinstance(error, Unavailable) else type(error).__name__


def _frames(error: BaseException) -> str:
    """Where it came from; the exception's text stays out, as it may repeat a user's input."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    return " > ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames)
