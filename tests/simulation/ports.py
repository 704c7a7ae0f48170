"""The ports of one process: each call goes over its link, and takes effect in one atomic step at the other end."""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import SecretStr

from config.topology import Provider, Stage
from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.history import EVERYTHING, History, HistoryFilter
from runtime.contracts.leases import LeaseEnd, Saved, StageResult, WorkBegun, WorkStart
from runtime.contracts.messages import SealedKey
from runtime.contracts.pacing import Admission, CallReport, CallRequest
from runtime.contracts.states import Advance, Creation, Cursor, NewRequest, RequestStates, StateChange
from runtime.contracts.unavailable import Unavailable
from runtime.keys.ports import KeyBinding, KeyExpired
from runtime.messaging.ports import Delivery
from tests.fakes.call_pacing import InMemoryCallPacing
from tests.simulation.link import Link, at_once
from tests.simulation.queue import SimulatedQueue
from tests.simulation.stores import Rows, States
from tests.simulation.virtual_time import VirtualTimeLoop
from tests.simulation.weather import HISTORY, QUEUE, STATES, TOPIC

PATIENCE = 3
"""So many times longer a receive waits than was asked: most of a run's time would be idle polls otherwise."""

GRANTED_AT: ContextVar[float] = ContextVar("GRANTED_AT")
"""When the running handler got its lease: its call is judged by what was known then."""


@dataclass(frozen=True)
class LinkedStates(RequestStates):
    link: Link
    states: States

    async def create(self, new: NewRequest) -> Creation:
        return await self.link.call(STATES, "create", lambda: self.states.create(new, self.link.process))

    async def get(self, request_id: UUID, *, tenant: str, wait_seconds: float = 0) -> EvaluationRecord | None:
        get = self.states.store.get
        return await self.link.call(STATES, "get", lambda: at_once(get(request_id, tenant=tenant)))

    async def advance(self, change: StateChange) -> Advance:
        return await self.link.call(STATES, "advance", lambda: self.states.advance(change, self.link.process))

    async def begin(self, work: WorkStart) -> WorkBegun:
        begun = await self.link.call(STATES, "begin", lambda: self.states.begin(work, self.link.process))
        if begun.granted:
            GRANTED_AT.set(self.states.granted[work.fence])
        return begun

    async def save(self, result: StageResult) -> Saved:
        try:
            return await self.link.call(STATES, "save", lambda: self.states.save(result, self.link.process))
        except Unavailable:
            self.states.ledger.unsaved.add((result.identity.request_id, self.link.process.name))
            raise

    async def release(self, end: LeaseEnd) -> bool:
        return await self.link.call(STATES, "release", lambda: self.states.release(end, self.link.process))

    async def list_open(self, *, tenant: str, limit: int, after: Cursor | None = None) -> list[EvaluationRecord]:
        list_open = self.states.store.list_open
        return await self.link.call(
            STATES, "list_open", lambda: at_once(list_open(tenant=tenant, limit=limit, after=after))
        )


@dataclass(frozen=True)
class LinkedPacing:
    link: Link
    pacing: InMemoryCallPacing

    async def admit(self, request: CallRequest) -> Admission:
        return await self.link.call(STATES, "admit", lambda: at_once(self.pacing.admit(request)))

    async def settle(self, report: CallReport) -> Admission:
        return await self.link.call(STATES, "settle", lambda: at_once(self.pacing.settle(report)))


@dataclass(frozen=True)
class LinkedHistory(History):
    link: Link
    rows: Rows

    async def record(self, record: EvaluationRecord) -> EvaluationRecord:
        return await self.link.call(HISTORY, "record", lambda: self.rows.record(record, self.link.process))

    async def get(self, request_id: UUID, *, tenant: str) -> EvaluationRecord | None:
        get = self.rows.store.get
        return await self.link.call(HISTORY, "get row", lambda: at_once(get(request_id, tenant=tenant)))

    async def lookup(self, request_ids: Sequence[UUID], *, tenant: str) -> list[EvaluationRecord]:
        raise NotImplementedError

    async def page(
        self, *, tenant: str, limit: int, after: Cursor | None = None, where: HistoryFilter = EVERYTHING
    ) -> list[EvaluationRecord]:
        raise NotImplementedError


@dataclass(frozen=True)
class LinkedPublisher:
    link: Link
    queue: SimulatedQueue

    async def publish(self, body: str, *, tenant: str) -> None:
        await self.link.call(TOPIC, f"publish to {self.queue.name}", lambda: self.queue.publish(body))


@dataclass(frozen=True)
class LinkedInbox:
    link: Link
    queue: SimulatedQueue

    async def receive(self, *, max_messages: int, wait_seconds: int) -> list[Delivery]:
        """A long poll, on a shorter way than other calls: idle workers do little else. A lost reply hides messages."""
        link, network = self.link, self.link.network
        await link.process.awake()
        await link.may_die("before receive")
        if network.is_away(QUEUE) or network.happens(network.weather.refused):
            await asyncio.sleep(network.seconds())
            raise Unavailable(QUEUE)
        deliveries = await self.queue.receive(max_messages=max_messages, wait_seconds=wait_seconds * PATIENCE)
        await link.process.awake()
        for delivery in deliveries:
            network.ledger.note(link.process.name, f"receives {delivery.message_id} ({delivery.receive_count})")
        if deliveries:
            await link.may_die("after receive")
        if network.happens(network.weather.receive_lost):
            raise Unavailable(QUEUE)
        return deliveries

    async def delete(self, delivery: Delivery) -> None:
        await self.link.call(QUEUE, f"delete {delivery.message_id}", lambda: self.queue.delete(delivery.receipt_handle))

    async def hide(self, delivery: Delivery, *, seconds: int) -> None:
        await self.link.call(
            QUEUE, f"hide {delivery.message_id}", lambda: self.queue.hide(delivery.receipt_handle, seconds)
        )


@dataclass(frozen=True)
class NamingSealer:
    """Seals a key to nothing but its expiry."""

    def seal(
        self, key: SecretStr, *, stage: Stage, provider: Provider, binding: KeyBinding, expires_at: datetime
    ) -> SealedKey:
        return SealedKey(kid="k", stage=stage, provider=provider, expires_at=expires_at, ciphertext="AAAA")


@dataclass(frozen=True)
class NamingOpener:
    """Opens each seal to the request's id, so that a provider sees by its key for whom a call is made."""

    loop: VirtualTimeLoop

    async def open(self, sealed: SealedKey, *, binding: KeyBinding) -> SecretStr:
        if self.loop.now() > sealed.expires_at:
            raise KeyExpired
        return SecretStr(str(binding.request_id))


def request_of(key: Any) -> UUID:
    assert isinstance(key, SecretStr)
    return UUID(key.get_secret_value())
