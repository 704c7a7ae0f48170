"""Parts that run for the length of a block, kept alive by the supervisor of `up`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from rich.console import Console

from runtime.local.announce import Announcer
from runtime.local.deploy.failure import DeployFailed
from runtime.local.folder import Folder
from runtime.local.part import Part
from runtime.local.stack_file import PartRecord, StackRecord, State
from runtime.local.supervisor import Supervisor


@asynccontextmanager
async def running(parts: Sequence[Part], *, folder: Folder, gateway_url: str, console: Console) -> AsyncIterator[None]:
    """Entered when all are ready. Raises DeployFailed where one cannot be started."""
    announce, decided = Announcer(console), asyncio.Event()

    def on_change(stack: StackRecord, _: PartRecord | None) -> None:
        announce(stack)
        if stack.state is not State.STARTING:
            decided.set()

    supervisor = Supervisor(parts=parts, folder=folder, gateway_url=gateway_url, on_change=on_change)
    run = asyncio.create_task(supervisor.run())
    try:
        await decided.wait()
        if supervisor.record.state is not State.READY:
            raise DeployFailed(f"It could not be started: {supervisor.record.note}")
        yield
    finally:
        supervisor.stop()
        await run
        folder.stack_file.unlink()
