"""When a message that could not be handled comes back."""

import math
import random

from config.limits import Limits

JITTER = 0.2
"""Upwards only: what is released together must not come back together, and never before its time."""
MAX_JITTER_SECONDS = 6.0
"""A turn at a provider waits 10 s for its message: a fifth of a long wait would miss it."""
MAX_VISIBILITY_SECONDS = 43_200
LARGEST_EXPONENT = 16


def doubled_seconds(count: int, limits: Limits) -> float:
    """The pause after the `count`-th failure in a row, up to `retry_backoff_max_seconds`."""
    doubled: float = limits.retry_backoff_seconds * 2.0 ** min(count - 1, LARGEST_EXPONENT)
    return min(doubled, limits.retry_backoff_max_seconds)


def release_seconds(after_seconds: float, receive_count: int, limits: Limits) -> int:
    """The visibility timeout, in whole seconds, for a release that asked for `after_seconds`."""
    if after_seconds <= 0:
        return 0
    seconds = max(after_seconds, _spread_seconds(receive_count, limits))
    jitter = random.uniform(0, min(JITTER * seconds, MAX_JITTER_SECONDS))  # noqa: S311 - no secret
    return min(math.ceil(seconds + jitter), MAX_VISIBILITY_SECONDS)


def _spread_seconds(receive_count: int, limits: Limits) -> float:
    """Once half of the deliveries are used up, the other half is spread over the evaluation's deadline.

    Otherwise an outage of minutes, or a provider that keeps asking for seconds, would end in the dead-letter queue.
    """
    half = limits.max_receive_count / 2
    return limits.evaluation_deadline_seconds / half if receive_count > half else 0
