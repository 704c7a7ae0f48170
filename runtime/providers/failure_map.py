"""From what both providers share, HTTP statuses and a broken transport, to our failure reasons."""

import httpx2
import structlog

from runtime.contracts.failures import FailureReason
from runtime.providers.chat_model import ProviderError
from runtime.providers.transport import UnusableBody

log = structlog.get_logger()

_BY_STATUS = {
    401: FailureReason.AUTH,
    403: FailureReason.AUTH,
    404: FailureReason.MODEL_NOT_FOUND,
    # The server gave up waiting for the request: it was not processed.
    408: FailureReason.TRANSIENT,
    429: FailureReason.THROTTLED,
}
_CLIENT_ERRORS = range(400, 500)
_SERVER_ERRORS = range(500, 600)


def status_reason(status: int) -> FailureReason:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status in _CLIENT_ERRORS:
        return FailureReason.REJECTED
    if status in _SERVER_ERRORS:
        return FailureReason.TRANSIENT
    # A redirect, or a success without the answer: neither is what we asked for.
    return FailureReason.MALFORMED


def other_failure(error: BaseException | None) -> ProviderError:
    """For what is not an HTTP status: the transport's errors, and whatever an SDK stumbles over in a strange reply."""
    match error:
        case UnusableBody():
            return ProviderError(FailureReason.MALFORMED)
        case httpx2.ConnectTimeout() | httpx2.PoolTimeout():
            return ProviderError(FailureReason.TRANSIENT)
        case httpx2.TimeoutException():
            return ProviderError(FailureReason.TIMEOUT)
        case httpx2.TransportError():
            return ProviderError(FailureReason.TRANSIENT)
        case _:
            log.warning("provider_reply_unreadable", error=type(error).__name__, next_step="report it if it persists")
            return ProviderError(FailureReason.MALFORMED)
