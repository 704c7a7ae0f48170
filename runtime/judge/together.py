"""Several calls at once, of which each is needed."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

Result = TypeVar("Result")


async def together(calls: Sequence[Coroutine[Any, Any, Result]]) -> list[Result]:
    """In their order. The first that fails ends the others, whose answers would be thrown away, and is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            running = [group.create_task(call) for call in calls]
    except BaseExceptionGroup as failed:
        first = failed.exceptions[0]
    else:
        return [task.result() for task in running]
    # Out here, or the group would be its context.
    raise first
