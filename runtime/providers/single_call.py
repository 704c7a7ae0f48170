"""One call under one total deadline; whatever an SDK raises ends here."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ProviderError
from runtime.providers.failure_map import other_failure

Reply = TypeVar("Reply")


async def single_call(
    send: Callable[[], Awaitable[Reply]],
    *,
    deadline_seconds: float,
    failure_of: Callable[[Exception], ProviderError],
) -> Reply:
    """What `send` returns. Raises `ProviderError` only."""
    try:
        async with asyncio.timeout(deadline_seconds):
            return await send()
    except TimeoutError:
        failed = ProviderError(FailureReason.TIMEOUT)
    except Exception as error:  # noqa: BLE001 - no SDK's exception may pass: it carries the provider's text
        failed = _as_ours(error, failure_of)
    # Raised out here because `from None` only hides the SDK's exception, whose request holds the key: it stays in
    # `__context__`, where an error reporter finds it.
    raise failed


def _as_ours(error: Exception, failure_of: Callable[[Exception], ProviderError]) -> ProviderError:
    try:
        return failure_of(error)
    except Exception as stumbled:  # noqa: BLE001 - let through, it would have the SDK's exception as its context
        return other_failure(stumbled)
