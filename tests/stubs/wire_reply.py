"""What the stub sends back for one call, and in what manner."""

import json
import time
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Manner(StrEnum):
    WHOLE = "whole"
    DRIP = "drip"
    """One byte a second."""
    HANG = "hang"
    """Nothing at all, until the caller leaves."""
    BROKEN_OFF = "broken_off"
    """Half of the body, then the connection is closed."""
    RESET = "reset"
    """The connection is closed without a reply."""


@dataclass(frozen=True)
class WireReply:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    manner: Manner = Manner.WHOLE
    delay_seconds: float = 0


def json_reply(body: object, *, status: int = 200, headers: dict[str, str] | None = None) -> WireReply:
    return WireReply(status=status, body=json.dumps(body).encode(), headers=headers or {})


@dataclass
class WireCall:
    """One call as the stub saw it."""

    protocol: str
    path: str
    model: str
    key: str
    headers: list[tuple[str, str]]
    body: dict[str, Any]
    case: str | None
    behaviour: str
    begun: float = field(default_factory=time.time)
    ended: float | None = None
    """When the reply was sent, or its caller had left."""
