"""One part, kept alive."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from runtime.local.backoff import MOST_QUICK_DEATHS
from runtime.local.part import NotReady, Part, Unusable
from runtime.local.runner import Runner
from runtime.local.stack_file import PartRecord, State
from tests.runtime.local.stand_ins import DEAF, QUITTER, Watch, made, never_ready, part


@asynccontextmanager
async def kept(subject: Part, root: Path) -> AsyncIterator[tuple[Runner, Watch]]:
    watch = Watch()
    runner = Runner(part=subject, folder=made(root), on_change=watch.part)
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(runner.run())
        yield runner, watch
        runner.stop()


def ready(record: PartRecord) -> bool:
    return record.state is State.READY


async def test_a_killed_part_is_started_again(tmp_path: Path) -> None:
    async with kept(part("one"), tmp_path) as (_, watch):
        first = await watch.until(ready)
        assert first.process is not None
        os.kill(first.process.pid, signal.SIGKILL)
        second = await watch.until(lambda record: ready(record) and record.restarts == 1)
        assert second.process is not None
        assert second.process.pid != first.process.pid


async def test_a_part_that_keeps_ending_is_given_up_with_its_log_named(tmp_path: Path) -> None:
    watch = Watch()
    runner = Runner(part=part("broken", QUITTER, probe=never_ready), folder=made(tmp_path), on_change=watch.part)
    runner._backoff.quick_deaths = MOST_QUICK_DEATHS
    async with asyncio.timeout(20):
        await runner.run()
    assert runner.record.state is State.FAILED
    assert str(tmp_path / "logs" / "broken.log") in (runner.record.note or "")


async def test_a_first_start_that_takes_too_long_fails_and_says_what_was_missing(tmp_path: Path) -> None:
    slow = part("slow", probe=never_ready, start_timeout_seconds=0.3)
    watch = Watch()
    runner = Runner(part=slow, folder=made(tmp_path), on_change=watch.part)
    await runner.run()
    assert runner.record.state is State.FAILED
    assert "it only stares" in (runner.record.note or "")


async def test_a_part_that_cannot_work_here_is_not_tried_twice(tmp_path: Path) -> None:
    tries = []

    async def no_room() -> None:
        tries.append(1)
        raise Unusable("make room")

    runner = Runner(part=part("full", prepare=no_room), folder=made(tmp_path), on_change=Watch().part)
    await runner.run()
    assert (runner.record.state, runner.record.note, len(tries)) == (State.FAILED, "make room", 1)


async def test_a_missing_program_is_a_plain_message(tmp_path: Path) -> None:
    runner = Runner(part=part("gone", ("/no/such/program",)), folder=made(tmp_path), on_change=Watch().part)
    await runner.run()
    assert runner.record.note == "/no/such/program cannot be started: No such file or directory"


async def test_a_part_that_ignores_the_request_to_stop_is_killed(tmp_path: Path) -> None:
    async with kept(part("deaf", DEAF, stop_timeout_seconds=0.2), tmp_path) as (runner, watch):
        await watch.until(ready)
    assert runner.record.state is State.STOPPED
    assert runner.ended.is_set()


async def test_it_is_ready_only_after_it_was_settled(tmp_path: Path) -> None:
    seen: list[str] = []

    async def settle() -> None:
        seen.append("settle")
        if len(seen) == 1:
            raise NotReady

    async with kept(part("shy", settle=settle), tmp_path) as (_, watch):
        await watch.until(ready)
        assert seen == ["settle", "settle"]


async def test_it_is_settled_again_in_its_time_and_a_failure_of_that_ends_nothing(tmp_path: Path) -> None:
    settled, often = 0, asyncio.Event()

    async def settle() -> None:
        nonlocal settled
        settled += 1
        if settled == 4:
            often.set()
        if settled % 2 == 0:
            raise NotReady

    async with kept(part("kept", settle=settle, settle_again_seconds=0.01), tmp_path) as (runner, watch):
        await watch.until(ready)
        await often.wait()
        assert ready(runner.record)
        assert runner.record.restarts == 0


async def test_each_start_is_prepared(tmp_path: Path) -> None:
    prepared = []

    async def prepare() -> None:
        prepared.append(1)

    async with kept(part("one", prepare=prepare), tmp_path) as (_, watch):
        first = await watch.until(ready)
        assert first.process is not None
        os.kill(first.process.pid, signal.SIGKILL)
        await watch.until(lambda record: ready(record) and record.restarts == 1)
    assert len(prepared) == 2
