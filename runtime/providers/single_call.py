"""One call under one total deadline; whatever an SDK raises ends here."""

import asyncio
from collections.abc import Awaitable, Callable

from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ProviderError


async def single_call(
    send: Callable[[], Awaitable[bytes]],
    *,
    deadline_seconds: float,
    failure_of: Callable[[Exception], ProviderError],
) -> bytes:
    """The body of a successful reply. Raises `ProviderError` only."""
    try:
        async with asyncio.timeout(deadline_seconds):
            return await send()
    except TimeoutError:
        failed = ProviderError(FailureReason.TIMEOUT)
    except Exception as error:  # noqa: BLE001 - no SDK's exception may pass: it carries the provider's text
        failed = failure_of(error)
    # Raised out here because `from None` only hides the SDK's exception, whose request holds the key: it stays in
    # `__context__`, where an error reporter finds it.
    raise failed
