"""How long a provider asks us to wait: the `Retry-After` header and Gemini's `RetryInfo`, as seconds from now."""

import math
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

MAX_SECONDS = 24 * 3600.0
_DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)s")


def from_header(value: str | None, *, now: datetime | None = None) -> float | None:
    """Seconds or an HTTP date (RFC 9110, 10.2.3); None where it is neither."""
    if value is None:
        return None
    try:
        return _bounded(float(value))
    except ValueError:
        pass
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, OverflowError):  # the latter for a number that no C integer holds
        return None
    moment = date if date.tzinfo is not None else date.replace(tzinfo=UTC)
    return _bounded((moment - (now or datetime.now(UTC))).total_seconds())


def from_duration(value: object) -> float | None:
    """A protobuf duration in JSON, for example "17s" or "0.5s"."""
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    return _bounded(float(found[1])) if found else None


def _bounded(seconds: float) -> float | None:
    return min(MAX_SECONDS, max(0.0, seconds)) if math.isfinite(seconds) else None
