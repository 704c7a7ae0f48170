"""The guards of the protocol, each taken out at a seam of the simulation, and the promises that must then break."""

import asyncio
from dataclasses import dataclass
from typing import Any

from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.lifecycle import Status
from runtime.contracts.states import Advance, StateChange
from runtime.contracts.unavailable import Unavailable
from runtime.messaging.ports import Delivery
from tests.fakes.history import InMemoryHistory
from tests.fakes.request_states import InMemoryRequestStates
from tests.simulation.ports import LinkedHistory, LinkedInbox
from tests.simulation.wiring import Wiring


@dataclass(frozen=True)
class Removal:
    """A run without one guard."""

    name: str
    without: Wiring
    breaks: tuple[str, ...]
    """Each of these invariants breaks in some seed."""


class DeletesFirst(LinkedInbox):
    async def receive(self, *, max_messages: int, wait_seconds: int) -> list[Delivery]:
        deliveries = await super().receive(max_messages=max_messages, wait_seconds=wait_seconds)
        for delivery in deliveries:
            await self.delete(delivery)
        return deliveries


class WritesTheRowLater(LinkedHistory):
    """So the state becomes COMPLETED first."""

    async def record(self, record: EvaluationRecord) -> EvaluationRecord:
        self._later = asyncio.create_task(self._written(record))
        return record

    async def _written(self, record: EvaluationRecord) -> None:
        await asyncio.sleep(1)
        try:
            await super().record(record)
        except Unavailable:
            return


class ManyRows(InMemoryHistory):
    """A table without a unique key."""

    async def record(self, record: EvaluationRecord) -> EvaluationRecord:
        self.rows[record.request_id] = record
        return record


class LooksForNoRow(LinkedHistory):
    async def get(self, request_id: Any, *, tenant: str) -> EvaluationRecord | None:
        return None


class ForgetsLostRecords(InMemoryRequestStates):
    """As if the messages carried an id only: what is not here cannot be worked on."""

    async def advance(self, change: StateChange) -> Advance:
        if change.identity.request_id in self.records:
            return await super().advance(change)
        unknown = EvaluationRecord(
            **dict(change.identity), status=Status.FAILED, stage=Status.CREATED, updated_at=change.identity.created_at
        )
        return Advance(applied=False, record=unknown)


REMOVALS = (
    Removal("delete after the work", Wiring(inbox=DeletesFirst), ("I1",)),
    Removal("the row before COMPLETED", Wiring(history=WritesTheRowLater), ("I4",)),
    Removal("one row for each request", Wiring(rows=ManyRows), ("I2",)),
    Removal("the look for a row", Wiring(history=LooksForNoRow), ("I5",)),
    Removal("self-contained messages", Wiring(store=ForgetsLostRecords), ("I1",)),
)
