"""Steps that need not wait for each other."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from runtime.local.deploy.failure import DeployFailed


async def together(*steps: Coroutine[Any, Any, None]) -> None:
    """Raises the first DeployFailed; the other steps are cut off then."""
    try:
        async with asyncio.TaskGroup() as tasks:
            for one in steps:
                tasks.create_task(one)
    except ExceptionGroup as failures:
        first, _ = failures.split(DeployFailed)
        if first is None:
            raise
        raise first.exceptions[0] from None
