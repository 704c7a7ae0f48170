"""What queues, state and history cost: evaluations through the whole system against the two SDK calls alone.

    make bench            # or: python benchmarks/pipeline.py --evaluations 600 --callers 64

Both sides call the same local stub, which answers at once, so that only our own cost shows. Read the ratio: both sides
share one machine, and so does the stub.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import psutil
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from config.runtime_document import ProviderSettings
from config.topology import Provider
from runtime.contracts.evaluation import Message
from runtime.contracts.rubrics import DEFAULT_RUBRIC
from runtime.judge.ports import JudgeTask
from runtime.judge.structured import StructuredJudge
from runtime.providers.chat_model import ChatRequest
from runtime.providers.registry import open_models
from tests.flow.system import System, ended, processes_of, running_system, submitted

PROMPT = "Name the largest moon of Saturn."
BODY = {"input": PROMPT, "candidate": {"model": "openai/gpt-x"}, "judge": {"model": "google/gemini-x"}}
KEY = SecretStr("benchmark")
BAR_CELLS = 16


@dataclass(frozen=True)
class Measured:
    name: str
    per_second: float
    cpu_seconds_per_1000: float
    median_ms: float


async def measure(
    name: str, one: Callable[[int], Awaitable[object]], *, total: int, callers: int, cpu: Callable[[], float]
) -> Measured:
    numbers = iter(range(total))
    durations: list[float] = []

    async def caller() -> None:
        for number in numbers:
            started = time.perf_counter()
            await one(number)
            durations.append(time.perf_counter() - started)

    cpu_before, started = cpu(), time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for _ in range(callers):
            group.create_task(caller())
    wall = time.perf_counter() - started
    return Measured(
        name=name,
        per_second=total / wall,
        cpu_seconds_per_1000=(cpu() - cpu_before) / total * 1000,
        median_ms=sorted(durations)[len(durations) // 2] * 1000,
    )


async def by_hand(stub_url: str, *, total: int, callers: int) -> Measured:
    """The same two adapters and the same judge, in this process: no queue, no state, no history."""
    settings = {
        Provider.OPENAI: ProviderSettings(base_url=f"{stub_url}/v1", max_in_flight=callers),
        Provider.GOOGLE: ProviderSettings(base_url=stub_url, max_in_flight=callers),
    }
    async with AsyncExitStack() as stack:
        models = (await stack.enter_async_context(open_models(settings, settings=lambda: settings))).chat
        judge = StructuredJudge(model=models[Provider.GOOGLE])
        question = (Message(role="user", content=PROMPT),)

        async def one(_: int) -> None:
            request = ChatRequest(model="gpt-x", messages=question)
            reply = await models[Provider.OPENAI].complete(request, key=KEY, deadline_seconds=60)
            task = JudgeTask(
                input=question,
                output=reply.text,
                reference=None,
                rubric=DEFAULT_RUBRIC,
                requested_model="google/gemini-x",
                model="gemini-x",
                self_judged=False,
            )
            await judge.judge(task, key=KEY, deadline_seconds=60)

        me = psutil.Process()
        return await measure("two SDK calls", one, total=total, callers=callers, cpu=lambda: _cpu([me]))


async def through_the_system(system: System, *, total: int, callers: int) -> Measured:
    services = [process for process in processes_of(system) if _is_ours(process)]
    run = f"{time.time_ns()}"
    async with system.client() as client:

        async def one(number: int) -> None:
            evaluation = await ended(client, await submitted(client, BODY, key=f"{run}-{number}"))
            if evaluation["outcome"] != "scored":
                raise RuntimeError(f"unscored: {evaluation['failure']}")

        return await measure("whole system", one, total=total, callers=callers, cpu=lambda: _cpu(services))


def _is_ours(process: psutil.Process) -> bool:
    """The five services: not the emulator, the servers or the model, which a deployment does not run."""
    modules = ("runtime.gateway", "runtime.redis_service", "runtime.persistence", "runtime.inference", "runtime.judge")
    return any(module in process.cmdline() for module in modules)


def _cpu(processes: list[psutil.Process]) -> float:
    return sum(sum(process.cpu_times()[:2]) for process in processes)


def show(hand: Measured, system: Measured, console: Console) -> None:
    table = Table(title="evaluations per second, longer is better")
    for column in ("", "", "per s", "CPU-s/1,000", "p50 ms"):
        table.add_column(column, no_wrap=True)
    fastest = max(hand.per_second, system.per_second)
    for one in (hand, system):
        bar = "█" * max(1, round(BAR_CELLS * one.per_second / fastest))
        table.add_row(one.name, bar, f"{one.per_second:.0f}", f"{one.cpu_seconds_per_1000:.1f}", f"{one.median_ms:.0f}")
    console.print(table)
    console.print(
        f"ratio system / two SDK calls: throughput {system.per_second / hand.per_second:.2f}, "
        f"CPU {system.cpu_seconds_per_1000 / hand.cpu_seconds_per_1000:.2f}"
    )


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--evaluations", type=int, default=600)
    parser.add_argument("--callers", type=int, default=64)
    chosen = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="judge-") as folder,
        running_system(Path(folder) / "state", log_level="INFO") as system,
    ):
        warm = min(50, chosen.evaluations)
        await through_the_system(system, total=warm, callers=chosen.callers)
        whole = await through_the_system(system, total=chosen.evaluations, callers=chosen.callers)
        await by_hand(system.stub_url, total=warm, callers=chosen.callers)
        hand = await by_hand(system.stub_url, total=chosen.evaluations, callers=chosen.callers)
    show(hand, whole, Console())


if __name__ == "__main__":
    asyncio.run(main())
