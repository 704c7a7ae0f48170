"""A broken promise."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class Violation:
    invariant: str
    """I1 to I10; `DLQ` for a message that waited too often; `error` for an exception that nobody foresaw."""
    request_id: UUID | None
    what: str
