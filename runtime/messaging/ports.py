"""The ports to the queues: `Publisher` towards a topic, `Inbox` from a queue."""

from dataclasses import dataclass
from typing import Protocol


class MessageTooLarge(Exception):
    """The encoded message is over its limit, `limits.max_message_bytes` or that of SNS; it was not sent."""


@dataclass(frozen=True)
class Delivery:
    """One receipt of a message. The same message may be delivered more than once."""

    message_id: str
    receipt_handle: str
    body: str
    receive_count: int


class Publisher(Protocol):
    async def publish(self, body: str, *, tenant: str) -> None:
        """Returns once the topic has it. `tenant`: whose backlog it joins; a long one delays others little.

        Raises `Unavailable` (it may or may not be there) or `MessageTooLarge`.
        """
        ...


class Inbox(Protocol):
    """Raises `Unavailable` only. A receipt that is no longer valid is not an error: the message is delivered again."""

    async def receive(self, *, max_messages: int, wait_seconds: int) -> list[Delivery]: ...

    async def delete(self, delivery: Delivery) -> None: ...

    async def hide(self, delivery: Delivery, *, seconds: int) -> None:
        """Sets the visibility timeout from now: 0 releases the message at once, up to 43,200."""
        ...
