"""The services' own log lines: the unforeseen ones count as errors, and a traced run shows them all."""

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from logging import ERROR, INFO
from typing import Any

import structlog

from tests.simulation.ledger import Ledger

RUNNING: ContextVar[str] = ContextVar("RUNNING", default="")
"""The process whose code runs."""
UNFORESEEN = frozenset({"handler_failed", "receive_failed"})

UNSTEADY = frozenset({"request_id", "duration_ms", "next_step"})
"""Different from run to run, or of no interest here."""


@contextmanager
def logs_into(ledger: Ledger) -> Iterator[None]:
    def keep(_logger: object, level: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        name = event.pop("event")
        if level == "error" and name in UNFORESEEN:
            ledger.errors.append(f"{name}: {event.get('error')} at {event.get('at')}")
        shown = " ".join(f"{key}={value}" for key, value in sorted(event.items()) if key not in UNSTEADY)
        ledger.note(RUNNING.get(), f"  log {name} {shown}")
        raise structlog.DropEvent

    before = structlog.get_config()
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, keep],
        wrapper_class=structlog.make_filtering_bound_logger(INFO if ledger.traced else ERROR),
        cache_logger_on_first_use=False,
    )
    try:
        yield
    finally:
        structlog.configure(**before)
