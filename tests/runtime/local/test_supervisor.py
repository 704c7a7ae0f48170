"""All parts together: the order of start and stop, and what a failure means for the others."""

import asyncio
from pathlib import Path

from runtime.local.part import NotReady, Part, Unusable
from runtime.local.stack_file import State, read_stack
from runtime.local.supervisor import Supervisor
from tests.runtime.local.stand_ins import Watch, made, never_ready, part


def supervisor(root: Path, watch: Watch, *parts: Part) -> Supervisor:
    return Supervisor(parts=parts, folder=made(root), gateway_url="http://127.0.0.1:1", on_change=watch)


async def run_until_ready_then_stop(subject: Supervisor, watch: Watch) -> State:
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(subject.run())
        await watch.until(lambda _: subject.record.state is State.READY)
        subject.stop()
    return running.result()


async def test_a_part_starts_after_what_it_needs_and_stops_before_it(tmp_path: Path) -> None:
    watch = Watch()
    subject = supervisor(tmp_path, watch, part("above", needs=("below",)), part("below"))
    assert await run_until_ready_then_stop(subject, watch) is State.STOPPED
    steps = [(record.name, record.state) for record in watch.changes]
    assert steps.index(("below", State.READY)) < steps.index(("above", State.STARTING))
    assert steps.index(("above", State.STOPPED)) < steps.index(("below", State.STOPPING))


async def test_the_stack_file_tells_where_everything_is(tmp_path: Path) -> None:
    watch = Watch()
    subject = supervisor(tmp_path, watch, part("one", port=4711))
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(subject.run())
        await watch.until(lambda _: subject.record.state is State.READY)
        record = read_stack(made(tmp_path))
        assert record == subject.record
        assert record.parts[0].port == 4711
        assert record.parts[0].process is not None
        subject.stop()


async def test_a_start_that_fails_stops_everything_and_says_why(tmp_path: Path) -> None:
    async def no_room() -> None:
        raise Unusable("make room")

    watch = Watch()
    subject = supervisor(tmp_path, watch, part("good"), part("bad", prepare=no_room))
    async with asyncio.timeout(30):
        assert await subject.run() is State.FAILED
    assert subject.record.note == "bad: make room"
    assert {record.name: record.state for record in subject.record.parts}["good"] is State.STOPPED


async def test_without_an_optional_part_the_rest_is_ready_and_hears_of_it(tmp_path: Path) -> None:
    told = asyncio.Event()

    async def gone() -> None:
        raise Unusable("no weights")

    async def hear() -> None:
        told.set()

    watch = Watch()
    subject = supervisor(tmp_path, watch, part("good"), part("extra", prepare=gone, after_failure=hear, optional=True))
    assert await run_until_ready_then_stop(subject, watch) is State.STOPPED
    assert told.is_set()


async def test_a_stop_during_the_start_ends_what_waits_for_others(tmp_path: Path) -> None:
    watch = Watch()
    subject = supervisor(tmp_path, watch, part("slow", probe=never_ready), part("later", needs=("slow",)))
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        running = tasks.create_task(subject.run())
        await watch.until(lambda record: record.name == "slow" and record.process is not None)
        subject.stop()
    assert running.result() is State.STOPPED


async def test_a_part_that_runs_elsewhere_is_only_waited_for(tmp_path: Path) -> None:
    answers = asyncio.Event()

    async def probe() -> None:
        if not answers.is_set():
            answers.set()
            raise NotReady

    watch = Watch()
    subject = supervisor(tmp_path, watch, part("there", None, probe=probe))
    assert await run_until_ready_then_stop(subject, watch) is State.STOPPED
    assert all(record.process is None for record in watch.changes)
