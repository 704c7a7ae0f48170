"""One whole run: requests with keys of their own, faults and kills; the search; leaks on purpose; the search again."""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.canary.canaries import Marks
from tests.canary.core_check import core_files_allowed, core_problems
from tests.canary.forms import BINARY_PLANTS, TEXT_PLANTS
from tests.canary.killer import kill_now_and_then
from tests.canary.pieces import Place
from tests.canary.places import Witnesses, places
from tests.canary.plants import leaks, planted, takes_only_text
from tests.canary.redis_places import monitor, write_plainly
from tests.canary.report import Report, Searched
from tests.canary.search import Search
from tests.canary.traffic import Traffic
from tests.canary.wire import Wire
from tests.flow.system import System, running_system

MOST_NAMED = 5
"""Pieces in which a key was found, by place."""


@dataclass(frozen=True)
class Plan:
    count: int
    seed: int
    kill_every: int | None
    """So many ended evaluations; None: nothing is killed."""
    silent_every: int | None
    listen: bool
    """To everything between the processes: as root on Linux."""


def prove(plan: Plan, say: Callable[[str], object]) -> Report:
    with tempfile.TemporaryDirectory(prefix="canary-") as name, _temporary_files_in(Path(name) / "tmp"):
        since = time.time()
        with core_files_allowed(), ExitStack() as stack:
            wire = stack.enter_context(Wire()) if plan.listen else None
            system = stack.enter_context(running_system(Path(name) / "state"))
            say(f"the system is up in {time.time() - since:.0f} s")
            report = asyncio.run(_prove(system, plan, wire=wire, say=say, since=since))
        if wire is not None and wire.lost_packets:
            report.complaints.append(f"{wire.lost_packets} packets between the processes were lost unseen")
        return report


async def _prove(
    system: System, plan: Plan, *, wire: Wire | None, say: Callable[[str], object], since: float
) -> Report:
    system.use_aws()
    await write_plainly(system)
    random = Random(plan.seed)  # noqa: S311 - keys of a test, that a seed brings back
    marks, control = Marks.made(random), Marks.made(random)
    traffic = Traffic(system, marks, random, silent_every=plan.silent_every)
    async with AsyncExitStack() as stack:
        seen = Witnesses(commands=await stack.enter_async_context(monitor(system)), replies=traffic.replies, wire=wire)
        async with _meanwhile(seen.watch_processes()), _meanwhile(kill_now_and_then(traffic, every=plan.kill_every)):
            await traffic.evaluate(plan.count)
        say(f"{plan.count} evaluations ended after {time.time() - since:.0f} s: {dict(traffic.endings)}")
        everywhere = places(system, seen)
        searched = [await _searched(place, marks) for place in everywhere]
        say(f"searched after {time.time() - since:.0f} s")
        text, binary = (planted(control, random, forms) for forms in (TEXT_PLANTS, BINARY_PLANTS))
        async with leaks(system, seen, text, text + b" " + binary):
            for place, result in zip(everywhere, searched, strict=True):
                hits = Search(control).hits(text if takes_only_text(place.name) else text + b" " + binary)
                result.planted = frozenset(hits)
                result.missed = result.planted - set((await _searched(place, control)).hits)
        say(f"planted and found again after {time.time() - since:.0f} s")
    return Report(searched, core_problems(system, since=since))


async def _searched(place: Place, marks: Marks) -> Searched:
    search, result = Search(marks), Searched(place.name)
    for name, data in await place.pieces():
        hits = search.hits(data)
        result.pieces += 1
        result.bytes += len(data)
        result.hits += hits
        if hits and len(result.where) < MOST_NAMED:
            result.where.append(name)
    return result


@asynccontextmanager
async def _meanwhile(work: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """What fails in it fails the run."""
    async with asyncio.TaskGroup() as group:
        task = group.create_task(work)
        yield
        task.cancel()


@contextmanager
def _temporary_files_in(folder: Path) -> Iterator[None]:
    """Of this process and of all that it starts."""
    folder.mkdir()
    before, os.environ["TMPDIR"] = os.environ.get("TMPDIR"), str(folder)
    tempfile.tempdir = None
    try:
        yield
    finally:
        tempfile.tempdir = None
        os.environ.pop("TMPDIR")
        if before is not None:
            os.environ["TMPDIR"] = before
