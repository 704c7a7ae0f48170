"""The `Prefer` header (RFC 7240), of which we honour `wait=N`."""

import re


def wait_seconds(prefer: str | None, maximum: int) -> int:
    """How long to wait for the result: 0 without a valid `wait`, at most `maximum`. A preference is never an error."""
    found = re.search(r"(?:^|[,;\s])wait=(\d{1,6})(?:$|[,;\s])", prefer or "", re.IGNORECASE)
    return min(int(found.group(1)), maximum) if found else 0
