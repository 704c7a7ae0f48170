"""The way from a process to what it calls: slow at times, cut at times, and a place to die at."""

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, TypeVar

from runtime.contracts.unavailable import Unavailable
from tests.simulation.ledger import Ledger
from tests.simulation.process import Process
from tests.simulation.weather import Weather

CALL_SECONDS = 15.0
"""So long a caller waits for a reply, as the real clients do at most."""

MOST_LATE_SECONDS = 90.0
STALL_SECONDS = (20, 400)

T = TypeVar("T")


class Network:
    """Draws the fate of each call."""

    def __init__(self, *, random: Random, weather: Weather, ledger: Ledger) -> None:
        self.random = random
        self.weather = weather
        self.ledger = ledger
        self._loop = asyncio.get_running_loop()

    def happens(self, share: float) -> bool:
        return share > 0 and self._loop.time() < self.weather.ends_at and self.random.random() < share

    def seconds(self) -> float:
        """One way."""
        return self.random.uniform(0.5, 7) if self.happens(self.weather.slow) else self.random.uniform(0.001, 0.05)

    def is_away(self, what: str) -> bool:
        now = self._loop.time()
        return any(outage.what == what and outage.begin <= now < outage.end for outage in self.weather.outages)


class Link:
    def __init__(self, process: Process, network: Network) -> None:
        self.process = process
        self.network = network
        self._loop = asyncio.get_running_loop()

    async def call(self, what: str, name: str, effect: Callable[[], T]) -> T:
        """Raises Unavailable(what), with or without the effect having taken place, then or later."""
        await self.process.awake()
        await self.may_die(f"before {name}")
        reply = self._send(what, effect)
        await self.may_die(f"during {name}")
        if self.network.happens(self.network.weather.stalls):
            self.network.ledger.note(self.process.name, f"is frozen during {name}")
            self.process.freeze(self.network.random.uniform(*STALL_SECONDS))
        try:
            return await reply
        except Unavailable:
            self.network.ledger.note(self.process.name, f"{name}: {what} unavailable")
            raise
        finally:
            await self.process.awake()
            await self.may_die(f"after {name}")

    async def may_die(self, where: str) -> None:
        if self.network.happens(self.network.weather.crashes / 3):
            self.network.ledger.note(self.process.name, f"dies {where}")
            self.process.kill()
            await self.process.awake()

    def _send(self, what: str, effect: Callable[[], T]) -> asyncio.Future[T]:
        """The request travels by itself: it may arrive after its sender has died or given up."""
        network, weather = self.network, self.network.weather
        reply: asyncio.Future[T] = self._loop.create_future()
        there, back = network.seconds(), network.seconds()
        if network.happens(weather.refused):
            self._loop.call_later(there, _refuse, reply, what)
        elif network.happens(weather.late):
            self._loop.call_later(CALL_SECONDS, _refuse, reply, what)
            self._loop.call_later(network.random.uniform(CALL_SECONDS, MOST_LATE_SECONDS), self._arrive, what, effect)
        elif network.happens(weather.reply_lost):
            self._loop.call_later(CALL_SECONDS, _refuse, reply, what)
            self._loop.call_later(there, self._arrive, what, effect)
        else:
            self._loop.call_later(there, self._arrive, what, effect, reply, back)
        return reply

    def _arrive(
        self, what: str, effect: Callable[[], T], reply: "asyncio.Future[T] | None" = None, back: float = 0
    ) -> None:
        if self.network.is_away(what):
            if reply is not None:
                _refuse(reply, what)
            return
        try:
            result = effect()
        except Exception as error:  # noqa: BLE001 - a fault of the simulation must not look like one of the services
            self.network.ledger.breaks(error)
            return
        if reply is not None:
            self._loop.call_later(back, _settle, reply, result)


def _refuse(reply: "asyncio.Future[Any]", what: str) -> None:
    if not reply.done():
        reply.set_exception(Unavailable(what))
        reply.exception()  # looked at, as nobody may be left to do so


def _settle(reply: "asyncio.Future[T]", result: T) -> None:
    if not reply.done():
        reply.set_result(result)


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a store in memory, which never waits for anything: so its step is atomic."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("a store in memory waited")
