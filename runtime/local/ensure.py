"""The running system, or one that is started now: what a command needs that only wants to use it."""

import asyncio

from rich.console import Console

from runtime.local.detach import start_detached, wait_until_ready
from runtime.local.down import down
from runtime.local.folder import Folder
from runtime.local.running import is_whole, running_stack
from runtime.local.stack_file import StackRecord, State
from runtime.local.weights import fetch_missing_weights


async def running_or_started(folder: Folder, console: Console) -> StackRecord:
    """Raises StartFailed."""
    record = running_stack(folder)
    if record is not None and record.state is State.STARTING:
        record = await wait_until_ready(folder, console)
    if record is not None and not is_whole(record):
        # Stopping, or a part of it has failed for good.
        await asyncio.to_thread(down, folder, console)
        record = None
    if record is None:
        await asyncio.to_thread(fetch_missing_weights)
        record = await start_detached(folder, console)
    return record
