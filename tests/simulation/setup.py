"""A calm world for the tests of the simulation's own parts."""

import asyncio
from collections.abc import Callable, Coroutine
from random import Random
from typing import Any, TypeVar

from tests.simulation.ledger import Ledger
from tests.simulation.link import Link, Network
from tests.simulation.process import Process
from tests.simulation.virtual_time import VirtualTimeLoop
from tests.simulation.weather import Period, Weather

T = TypeVar("T")
NEVER = 0.0


def calm(**changes: Any) -> Weather:
    fields: dict[str, Any] = dict.fromkeys(Weather.__dataclass_fields__, NEVER)
    fields |= dict.fromkeys(("outages", "freezes", "drains", "losses"), ())
    fields |= {"ends_at": 1_000_000.0, "max_receives": None}
    return Weather(**fields | changes)


def network(**changes: Any) -> Network:
    return Network(random=Random(1), weather=calm(**changes), ledger=Ledger())  # noqa: S311 - no secret


def link(**changes: Any) -> Link:
    return Link(Process("worker.1"), network(**changes))


def away(what: str, *, until: float) -> tuple[Period, ...]:
    return (Period(what, 0, until),)


def on_virtual_time(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    loop = VirtualTimeLoop()
    try:
        return loop.run_until_complete(_without_leftovers(main))
    finally:
        loop.close()


async def _without_leftovers(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    result = await main()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
    return result
