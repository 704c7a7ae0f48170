"""What a service tells of its settings: which document is active, and how the latest read of AppConfig went."""

from datetime import datetime
from enum import StrEnum

from config.base import Frozen


class LatestRead(StrEnum):
    OK = "ok"
    INVALID = "invalid"
    """There is a newer document, and it is refused."""
    UNREACHABLE = "unreachable"


class ActiveSettings(Frozen):
    version: str
    schema_version: int
    active_since: datetime
    """In this process."""


class SettingsStatus(Frozen):
    active: ActiveSettings | None
    latest_read: LatestRead
    latest_read_since: datetime
    """The first of the reads that went like the latest."""
