"""A backlog, and every fault at once in a seeded order; with LONG=1 as large as production may see it."""

import asyncio
import random
from collections.abc import Callable

import pytest

from tests.faults.history import History
from tests.faults.laboratory import Laboratory
from tests.faults.observer import Observer, new_case
from tests.faults.wishes import LONG, SEED
from tests.servers.tcp_proxy import Mode

pytestmark = pytest.mark.flow
Holds = Callable[[History], None]
BACKLOG = 10_000 if LONG else 60
STORM = 400 if LONG else 24
AT_ONCE = 32
GROWTH_BYTES = 200 * 1024 * 1024
WORKERS = ("inference-service", "judge-service")
FAULTS = [
    *((proxy, mode) for proxy in ("redis", "mysql", "sns", "sqs") for mode in (Mode.REFUSE, Mode.SILENT, Mode.RESET)),
    *((proxy, Mode.LOSE_REPLY) for proxy in ("redis", "mysql", "sns", "sqs")),
]


async def accepted(observer: Observer, count: int, **wishes: str) -> list[str]:
    at_once = asyncio.Semaphore(AT_ONCE)

    async def one() -> str:
        async with at_once:
            return await observer.accepted(new_case(), **wishes)

    return await asyncio.gather(*(one() for _ in range(count)))


@pytest.mark.fault("F54")
async def test_a_backlog_drains_by_itself_in_bounded_memory(lab: Laboratory, observer: Observer, holds: Holds) -> None:
    lab.proxies["sqs"].set(Mode.SILENT)
    ids = await accepted(observer, BACKLOG)
    before = {name: lab.process(name).memory_info().rss for name in WORKERS}
    lab.proxies["sqs"].set(Mode.REFUSE)
    lab.heal()
    await observer.all_ended(ids)
    for name in WORKERS:
        assert lab.process(name).memory_info().rss - before[name] < GROWTH_BYTES
    holds(await observer.history())


@pytest.mark.fault("F9", "F24", "F32")
async def test_in_a_storm_of_faults_every_invariant_holds(lab: Laboratory, observer: Observer, holds: Holds) -> None:
    dice = random.Random(SEED)  # noqa: S311 - repeatable, no secret
    lab.strict.carelessness.doubled = 0.2
    lab.strict.carelessness.lost = 0.05
    lab.strict.carelessness.reordered = True
    over = asyncio.Event()

    async def storm() -> None:
        while not over.is_set():
            proxy, mode = dice.choice(FAULTS)
            lab.proxies[proxy].set(mode)
            await asyncio.sleep(dice.uniform(0.1, 1.0))
            lab.proxies[proxy].set(Mode.PASS)
            await asyncio.sleep(dice.uniform(0.1, 1.0))

    storming = asyncio.create_task(storm())
    ids = await accepted(observer, STORM, candidate="gpt-x--delay_300", judge="gemini-x--delay_300")
    over.set()
    await storming
    lab.heal()
    ended = await observer.all_ended(ids)
    assert {one["outcome"] for one in ended} == {"scored"}
    holds(await observer.history())
