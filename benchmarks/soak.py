"""Ten thousand evaluations with a backlog: every one ends once, the dead-letter queues stay empty, memory stays flat.

    make soak             # or: python benchmarks/soak.py --evaluations 10000 --callers 128

All are submitted as fast as the gateway takes them, so that most of them wait in the queues; then the queues drain.
Exit code 1 where one is lost or counted twice, or where a service goes on growing.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from config.environments import LOCAL
from config.naming import Names
from config.topology import CHANNELS, SERVICES
from runtime.kit.aws import aws_client
from tests.flow.system import System, pages, running_system, submitted

BODY = {
    "input": "Name the largest moon.",
    "candidate": {"model": "openai/gpt-x"},
    "judge": {"model": "google/gemini-x"},
}
SAMPLE_SECONDS = 2.0
GROWTH = 1.25
"""The most that a service's last quarter may be above its second."""
STALLED_SECONDS = 120
BARS = " ▁▂▃▄▅▆▇█"
CELLS = 32


@dataclass
class Soak:
    system: System
    memory: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    """MiB of each service, one every `SAMPLE_SECONDS`."""
    backlog: list[int] = field(default_factory=list)
    """Messages waiting or in flight in the two queues."""
    dead: int = 0
    ids: list[str] = field(default_factory=list)

    async def submit(self, total: int, callers: int, progress: Progress) -> None:
        bar, numbers, run = progress.add_task("accepted", total=total), iter(range(total)), f"{time.time_ns()}"
        async with self.system.client() as client, asyncio.TaskGroup() as group:

            async def caller() -> None:
                for number in numbers:
                    self.ids.append(await submitted(client, BODY, key=f"{run}-{number}"))
                    progress.advance(bar)

            for _ in range(callers):
                group.create_task(caller())

    async def drain(self, total: int, progress: Progress) -> None:
        """Until both queues are empty; a message leaves its queue only once its work is durable."""
        bar, moved, ended = progress.add_task("ended", total=total), time.monotonic(), 0
        while ended < total:
            if time.monotonic() - moved > STALLED_SECONDS:
                raise RuntimeError(f"nothing has ended for {STALLED_SECONDS} s: {ended} of {total} have")
            await asyncio.sleep(SAMPLE_SECONDS)
            now_ended = len(self.ids) - self.backlog[-1] if self.backlog else 0
            if now_ended > ended:
                moved, ended = time.monotonic(), now_ended
            progress.update(bar, completed=ended)

    async def watch(self) -> None:
        """Until it is cancelled."""
        names = Names(environment=LOCAL.name)
        processes = {
            part.name: psutil.Process(part.process.pid)
            for part in self.system.record.parts
            if part.process and part.name in {service.name for service in SERVICES if service.reads_settings}
        }
        async with aws_client("sqs") as sqs:
            urls = [(await sqs.get_queue_url(QueueName=names.queue(channel)))["QueueUrl"] for channel in CHANNELS]
            dead = [(await sqs.get_queue_url(QueueName=names.dead_letter_queue(one)))["QueueUrl"] for one in CHANNELS]
            while True:
                for name, process in processes.items():
                    self.memory[name].append(process.memory_info().rss / 2**20)
                self.backlog.append(sum([await depth(sqs, url) for url in urls]))
                self.dead = max(self.dead, sum([await depth(sqs, url) for url in dead]))
                await asyncio.sleep(SAMPLE_SECONDS)

    async def rows(self) -> Counter[str]:
        async with self.system.client() as client:
            return Counter([one["id"] async for one in pages(client, status="COMPLETED", limit="100")])


async def depth(sqs: object, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)  # type: ignore[attr-defined]
    return sum(int(found["Attributes"][name]) for name in names)


async def soak(system: System, *, total: int, callers: int, console: Console) -> list[str]:
    """What went wrong."""
    system.use_aws()
    run, started = Soak(system), time.monotonic()
    with Progress(console=console) as progress:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(run.watch())
            group.create_task(run.submit(total, callers, progress))
            await run.drain(total, progress)
            watching.cancel()
    rows = await run.rows()
    calls = Counter(call["protocol"] for call in await system.stub_calls())
    seconds = time.monotonic() - started
    console.print(table(run))
    console.print(f"backlog, at most {max(run.backlog):,}: [cyan]{drawn(run.backlog)}[/]")
    accepted, written = len(set(run.ids)), sum(rows[one] for one in set(run.ids))
    console.print(
        f"{accepted:,} accepted, {written:,} rows, {sum(calls.values()):,} provider calls, {run.dead} dead letters"
    )
    console.print(f"{seconds:.0f} s, {total / seconds:.0f} a second")
    return [*lost(run, rows, calls, total), *grown(run)]


def lost(run: Soak, rows: Counter[str], calls: Counter[str], total: int) -> list[str]:
    found = []
    if len(set(run.ids)) != total:
        found.append(f"{total} were submitted, {len(set(run.ids))} accepted")
    if wrong := [one for one in set(run.ids) if rows[one] != 1]:
        found.append(f"{len(wrong)} evaluations have no row or more than one, for example {wrong[0]}")
    if set(calls.values()) != {total}:
        found.append(f"{dict(calls)} provider calls instead of {total} of each")
    if run.dead:
        found.append(f"{run.dead} dead letters")
    return found


def grown(run: Soak) -> list[str]:
    return [f"{name} grew by {growth(sizes):.0%}" for name, sizes in run.memory.items() if growth(sizes) > GROWTH - 1]


def growth(sizes: list[float]) -> float:
    """Of the last quarter over the second one: caches and pools fill in the first."""
    quarter = max(len(sizes) // 4, 1)
    return statistics.mean(sizes[-quarter:]) / statistics.mean(sizes[quarter : 2 * quarter] or sizes) - 1


def table(run: Soak) -> Table:
    made = Table(title="Memory of each service")
    for heading in ("service", "first MiB", "last MiB", "growth", "over time"):
        made.add_column(heading, justify="left" if heading in ("service", "over time") else "right")
    for name, sizes in run.memory.items():
        made.add_row(name, f"{sizes[0]:.0f}", f"{sizes[-1]:.0f}", f"{growth(sizes):+.1%}", drawn(sizes))
    return made


def drawn(values: list[float] | list[int]) -> str:
    """A line of bars, from zero."""
    highest, step = max(values) or 1, max(len(values) / CELLS, 1)
    points = [values[int(index * step)] for index in range(min(CELLS, len(values)))]
    return "".join(BARS[round(point / highest * (len(BARS) - 1))] for point in points)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--evaluations", type=int, default=10_000)
    parser.add_argument("--callers", type=int, default=128)
    given = parser.parse_args()
    console = Console()
    with (
        tempfile.TemporaryDirectory(prefix="soak-") as folder,
        running_system(Path(folder) / "state", log_level="INFO") as system,
    ):
        wrong = asyncio.run(soak(system, total=given.evaluations, callers=given.callers, console=console))
    for line in wrong:
        console.print(f"[red]wrong:[/] {line}")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
