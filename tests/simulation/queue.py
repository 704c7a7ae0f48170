"""SNS and SQS with everything that they are allowed to do: duplicates, any order, lost receives, stale receipts."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count

from runtime.messaging.ports import Delivery
from tests.simulation.link import Network

ROUNDING = 1e-6
"""A timer may be early by that: floating point seconds."""


@dataclass(eq=False)
class Stored:
    message_id: str
    body: str
    visible_at: float
    receive_count: int = 0
    receipts: list[str] = field(default_factory=list)


@dataclass(eq=False)
class _Poll:
    at_most: int
    hands_out: asyncio.Future[list[Delivery]]


class SimulatedQueue:
    """`visibility_seconds` and `max_receives` are the queue's own settings; without `dead_letters` it has no DLQ."""

    def __init__(
        self,
        name: str,
        *,
        network: Network,
        visibility_seconds: float,
        max_receives: float = float("inf"),
        dead_letters: "SimulatedQueue | None" = None,
        on_dead_letter: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self.name = name
        self.messages: list[Stored] = []
        self.on_the_way = 0
        self._network = network
        self._visibility_seconds = visibility_seconds
        self._max_receives = max_receives
        self.dead_letters = dead_letters
        self._on_dead_letter = on_dead_letter
        self._polls: list[_Poll] = []
        self._ids = count(1)
        self._loop = asyncio.get_running_loop()

    @property
    def size(self) -> int:
        return len(self.messages) + self.on_the_way

    def publish(self, body: str) -> None:
        """What the topic does: at least once, and some time later."""
        weather, random = self._network.weather, self._network.random
        for _ in range(2 if self._network.happens(weather.duplicated) else 1):
            late = self._network.happens(weather.delayed)
            self.on_the_way += 1
            self._loop.call_later(random.uniform(30, 600) if late else random.uniform(0.01, 0.5), self._arrive, body)

    def put(self, body: str) -> None:
        self.messages.append(Stored(f"{self.name}-{next(self._ids)}", body, self._loop.time()))
        self._serve()

    def receive(self, *, max_messages: int, wait_seconds: float) -> asyncio.Future[list[Delivery]]:
        """Done as soon as there is a message, or empty after `wait_seconds`; whether anybody still listens or not."""
        poll = _Poll(max_messages, self._loop.create_future())
        self._polls.append(poll)
        self._loop.call_later(wait_seconds, self._expire, poll)
        self._serve()
        return poll.hands_out

    def delete(self, receipt: str) -> None:
        message = self._holding(receipt)
        if message is None or self._network.happens(self._network.weather.delete_lost):
            return
        # An older receipt deletes the message or does not: SQS leaves it open.
        if receipt == message.receipts[-1] or self._network.random.random() < 0.5:
            self.messages.remove(message)

    def hide(self, receipt: str, seconds: float) -> None:
        message = self._holding(receipt)
        if message is not None and receipt == message.receipts[-1] and message.visible_at > self._loop.time():
            self._hidden(message, seconds)

    def _arrive(self, body: str) -> None:
        self.on_the_way -= 1
        self.put(body)

    def _serve(self) -> None:
        while self._polls:
            visible = [message for message in self.messages if message.visible_at <= self._loop.time() + ROUNDING]
            if not visible:
                return
            poll = self._polls.pop(self._network.random.randrange(len(self._polls)))
            chosen = self._network.random.sample(visible, min(poll.at_most, len(visible)))
            deliveries = [delivery for message in chosen if (delivery := self._handed_out(message))]
            if deliveries:
                poll.hands_out.set_result(deliveries)
            else:
                self._polls.append(poll)

    def _handed_out(self, message: Stored) -> Delivery | None:
        message.receive_count += 1
        if message.receive_count > self._max_receives:
            self.messages.remove(message)
            self._on_dead_letter(self.name, message.message_id)
            if self.dead_letters is not None:
                self.dead_letters.put(message.body)
            return None
        message.receipts.append(f"{message.message_id}#{message.receive_count}")
        if not self._network.happens(self._network.weather.handed_out_twice):
            self._hidden(message, self._visibility_seconds)
        else:
            self._hidden(message, self._network.random.uniform(0.01, 5))
        return Delivery(message.message_id, message.receipts[-1], message.body, message.receive_count)

    def _hidden(self, message: Stored, seconds: float) -> None:
        message.visible_at = self._loop.time() + seconds
        self._loop.call_later(seconds, self._serve)

    def _expire(self, poll: _Poll) -> None:
        if not poll.hands_out.done():
            self._polls.remove(poll)
            poll.hands_out.set_result([])

    def _holding(self, receipt: str) -> Stored | None:
        return next((message for message in self.messages if receipt in message.receipts), None)
