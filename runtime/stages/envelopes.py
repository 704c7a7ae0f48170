"""Reads a queue message, and decides what becomes of one that cannot be read."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from config.limits import Limits
from runtime.contracts.evaluation import Identity
from runtime.contracts.failures import FailureReason
from runtime.contracts.messages import MESSAGE_VERSION
from runtime.messaging.backoff import MAX_VISIBILITY_SECONDS, doubled_seconds
from runtime.messaging.ports import Delivery
from runtime.messaging.worker import Done, Release

log = structlog.get_logger()

M = TypeVar("M")


@dataclass(frozen=True)
class Broken:
    identity: Identity | None
    """Whose it is, where at least that can be read."""
    newer: bool = False
    """It was written by a later version of this program: a roll-out is under way."""


class _Version(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    version: int


class _Address(BaseModel):
    model_config = ConfigDict(extra="ignore", hide_input_in_errors=True)
    identity: Identity


def read_message(reads: TypeAdapter[M], body: str) -> M | Broken:
    try:
        return reads.validate_json(body)
    except ValidationError:
        version = _read(_Version, body)
        address = _read(_Address, body)
        return Broken(
            identity=address.identity if address else None,
            newer=version is not None and version.version > MESSAGE_VERSION,
        )


async def refuse(
    broken: Broken, delivery: Delivery, limits: Limits, fail: Callable[[Identity, FailureReason], Awaitable[Done]]
) -> Done | Release:
    """A newer one waits for a newer worker, for half of its deliveries; one without an address goes the way to the
    dead-letter queue; for the others the evaluation fails.
    """
    later = Release(doubled_seconds(delivery.receive_count, limits))
    if broken.newer and delivery.receive_count <= limits.max_receive_count // 2:
        log.warning("message_newer", next_step="none: it waits for the roll-out to reach this worker")
        return later
    if broken.identity is None:
        log.error("message_unreadable", reason=FailureReason.INVALID_MESSAGE, next_step="see the dead-letter queue")
        return later
    log.error("message_invalid", request_id=str(broken.identity.request_id), next_step="none: the evaluation fails")
    return await fail(broken.identity, FailureReason.INVALID_MESSAGE)


async def bury(broken: Broken, fail: Callable[[Identity, FailureReason], Awaitable[Done]]) -> Done | Release:
    """The same in the dead-letter queue: what cannot be told whose it is stays there, for the operator."""
    if broken.identity is None:
        log.error("dead_letter_unreadable", next_step="look at the message, then delete it from the dead-letter queue")
        return Release(MAX_VISIBILITY_SECONDS)
    return await fail(broken.identity, FailureReason.INVALID_MESSAGE)


B = TypeVar("B", bound=BaseModel)


def _read(model: type[B], body: str) -> B | None:
    try:
        return model.model_validate_json(body)
    except ValidationError:
        return None
