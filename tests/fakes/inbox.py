"""A queue in memory with visibility timeouts, receive counts and receipts that go stale."""

from collections import Counter
from dataclasses import dataclass
from itertools import count

from config.topology import SQS
from runtime.contracts.unavailable import Unavailable
from runtime.messaging.ports import Delivery
from tests.fakes.flakiness import Flakiness, reliable
from tests.fakes.manual_clock import ManualClock


@dataclass
class StoredMessage:
    message_id: str
    body: str
    visible_at: float
    tenant: str | None = None
    receive_count: int = 0
    receipt_handle: str | None = None


NOISY_MESSAGES, NOISY_SHARE = 30, 0.1
"""In flight of one tenant: from here on AWS's documentation calls it a noisy neighbour."""


class InMemoryInbox:
    """`flaky` is the share of calls that fail. `down`: every call does, before it has done anything."""

    def __init__(
        self,
        *,
        clock: ManualClock | None = None,
        visibility_timeout_seconds: float = 180,
        flaky: float = 0,
        seed: int = 0,
    ) -> None:
        self.clock = clock or ManualClock()
        self.down = False
        self.messages: list[StoredMessage] = []
        self.hides: list[tuple[str, int]] = []
        """Message id and seconds of each visibility change that was asked for."""
        self.deletes: list[str] = []
        """Message ids."""
        self.receives: list[int] = []
        """How many messages each receive asked for."""
        self._visibility_timeout_seconds = visibility_timeout_seconds
        self._flakiness = Flakiness(what=SQS, share=flaky, seed=seed) if flaky else reliable(SQS)
        self._ids = count(1)

    def put(self, body: str, *, message_id: str | None = None, tenant: str | None = None) -> str:
        """A second one with the same `message_id` is a duplicate, as SQS makes them at times."""
        message_id = message_id or f"message-{next(self._ids)}"
        self.messages.append(StoredMessage(message_id, body, self.clock.now, tenant))
        self.clock.notify()
        return message_id

    async def receive(self, *, max_messages: int, wait_seconds: int) -> list[Delivery]:
        self._before()
        self.receives.append(max_messages)
        deadline = self.clock.now + wait_seconds
        self.clock.notify()
        await self.clock.until(lambda: bool(self._visible()) or self.clock.now >= deadline)
        deliveries = [self._hand_out(message) for message in self._visible()[: min(max_messages, 10)]]
        self._flakiness.after()
        return deliveries

    async def delete(self, delivery: Delivery) -> None:
        self._before()
        self.deletes.append(delivery.message_id)
        self.messages = [one for one in self.messages if one.receipt_handle != delivery.receipt_handle]
        self.clock.notify()
        self._flakiness.after()

    async def hide(self, delivery: Delivery, *, seconds: int) -> None:
        self._before()
        self.hides.append((delivery.message_id, seconds))
        for message in self.messages:
            if message.receipt_handle == delivery.receipt_handle:
                message.visible_at = self.clock.now + seconds
        self.clock.notify()
        self._flakiness.after()

    def _visible(self) -> list[StoredMessage]:
        """In order of arrival, but of a noisy tenant only after all others, as SQS fair queues do."""
        running = Counter(one.tenant for one in self.messages if one.visible_at > self.clock.now and one.receipt_handle)
        visible = [message for message in self.messages if message.visible_at <= self.clock.now]
        return sorted(visible, key=lambda one: one.tenant is not None and _is_noisy(running[one.tenant], running))

    def _hand_out(self, message: StoredMessage) -> Delivery:
        message.receive_count += 1
        message.visible_at = self.clock.now + self._visibility_timeout_seconds
        message.receipt_handle = f"{id(message)}#{message.receive_count}"
        return Delivery(message.message_id, message.receipt_handle, message.body, message.receive_count)

    def _before(self) -> None:
        if self.down:
            self.clock.notify()
            raise Unavailable(SQS)
        self._flakiness.before()


def _is_noisy(own: int, running: Counter[str | None]) -> bool:
    return own >= NOISY_MESSAGES and own > NOISY_SHARE * running.total()
