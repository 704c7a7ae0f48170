"""`up`: start everything in this process's care, say when it is ready, and stop it in order on Ctrl-C or SIGTERM."""

import asyncio
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console

from runtime.local.announce import Announcer
from runtime.local.folder import Folder
from runtime.local.leftovers import end_leftovers
from runtime.local.lock import only_supervisor
from runtime.local.plan import Plan, plan_stack
from runtime.local.stack_file import PartRecord, StackRecord, State, read_stack
from runtime.local.supervisor import Supervisor


def up(folder: Folder, console: Console, *, plan: Callable[[Folder], Plan] = plan_stack) -> int:
    """Raises AlreadyRunning, and what planning raises."""
    with sole_owner(folder, console):
        # Ports are chosen now that nothing of an earlier run holds them any more.
        state = asyncio.run(_supervise(plan(folder), folder, console))
        if state is State.STOPPED:
            folder.stack_file.unlink()
    return 0 if state is State.STOPPED else 1


@contextmanager
def sole_owner(folder: Folder, console: Console) -> Iterator[None]:
    """The folder is this process's alone, and nothing of an earlier run is left. Raises AlreadyRunning."""
    folder.create()
    with only_supervisor(folder):
        stale = read_stack(folder)
        if stale is not None:
            ended = end_leftovers(stale)
            if ended:
                console.print(f"  An earlier run was killed; ended what it left behind: {', '.join(ended)}")
            folder.stack_file.unlink()
        folder.set_old_logs_aside()
        yield


async def _supervise(plan: Plan, folder: Folder, console: Console) -> State:
    # This process creates the queues and keys; it reaches AWS exactly as the services do.
    os.environ.update(plan.access)
    announce = Announcer(console)

    def on_change(stack: StackRecord, part: PartRecord | None) -> None:
        announce(stack)
        if part is None:
            console.print(_headline(stack, folder), soft_wrap=True)

    supervisor = Supervisor(parts=plan.parts, folder=folder, gateway_url=plan.gateway_url, on_change=on_change)

    def first_signal() -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            # A second one leaves at once: on Linux the parts die with this process, elsewhere the next start ends them.
            asyncio.get_running_loop().add_signal_handler(number, os._exit, 130)
        supervisor.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, first_signal)
    return await supervisor.run()


def _headline(stack: StackRecord, folder: Folder) -> str:
    match stack.state:
        case State.STARTING:
            return f"Starting; state and logs are in {folder.root}"
        case State.READY:
            return f"Ready in {stack.ready_seconds} s: {stack.gateway_url} (API: {stack.gateway_url}/docs)"
        case State.FAILED:
            return f"Stopped: {stack.note}"
        case State.STOPPING:
            return "Stopping"
        case _:
            return "Stopped"
