"""Around every call of the ai-model-service: a caller who hangs up ends the computation, which nobody would read."""

import asyncio
from collections.abc import Coroutine
from typing import TypeVar

from starlette.types import Receive

Result = TypeVar("Result")


class CallerGone(Exception):
    """The caller has closed the connection."""


async def until_disconnect(receive: Receive, work: Coroutine[None, None, Result]) -> Result:
    """`work`'s result, or CallerGone after cancelling it. The request's body must have been read."""
    working = asyncio.ensure_future(work)
    watching = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait({working, watching}, return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            raise CallerGone
        return working.result()
    finally:
        working.cancel()
        watching.cancel()
        await asyncio.wait({working, watching})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
