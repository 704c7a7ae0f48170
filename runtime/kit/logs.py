"""One JSON line per event on standard output: time, level, service, event, our code, the bound request id and stage."""

import logging
import sys
import traceback
from typing import Any

import orjson
import structlog

from runtime.kit.log_stream import LogStream

QUIET_LOGGERS = (
    "botocore",
    "aiobotocore",
    "openai",
    "httpx2",
    "httpcore2",
    "google_genai",
    "google",
    "hpack",
    "urllib3",
)
"""Their DEBUG lines print headers, and with them a provider's key: never below WARNING."""


def _to_json(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=repr).decode()


def configure_logs(*, service: str, level: str) -> None:
    """Called once per process. Standard-library loggers go through the same line format."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _place_of_exception,
            structlog.processors.JSONRenderer(serializer=_to_json),
        ],
    )
    # Where a task fails unseen, asyncio writes the exception's text into the lines after the first.
    logging.getLogger("asyncio").addFilter(_first_line)
    handler = logging.StreamHandler(LogStream(sys.stdout.fileno()))
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET_LOGGERS:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            *shared,
            _name_service(service),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _place_of_exception(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Its class and where it came from. Neither its text nor a local variable: both may hold a key."""
    found = event.pop("exc_info", None)
    error = found[1] if isinstance(found, tuple) else found if isinstance(found, BaseException) else sys.exc_info()[1]
    if found and error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        event["exception"] = type(error).__name__
        event["at"] = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def _first_line(record: logging.LogRecord) -> bool:
    record.msg, record.args = record.getMessage().partition("\n")[0], None
    return True


def _name_service(service: str) -> structlog.typing.Processor:
    def add(_: Any, __: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
        event["service"] = service
        return event

    return add
