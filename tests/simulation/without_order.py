"""The rules of what comes before what, each broken."""

import asyncio
from uuid import UUID

from runtime.contracts.evaluation import EvaluationRecord
from runtime.contracts.leases import WorkBegun, WorkStart
from runtime.contracts.lifecycle import Status
from runtime.contracts.states import Advance, StateChange
from runtime.contracts.unavailable import Unavailable
from runtime.messaging.ports import Delivery
from tests.fakes.history import InMemoryHistory
from tests.fakes.request_states import InMemoryRequestStates
from tests.simulation.ports import LinkedHistory, LinkedInbox


class DeletesFirst(LinkedInbox):
    async def receive(self, *, max_messages: int, wait_seconds: int) -> list[Delivery]:
        deliveries = await super().receive(max_messages=max_messages, wait_seconds=wait_seconds)
        for delivery in deliveries:
            await self.delete(delivery)
        return deliveries


class WritesTheRowLater(LinkedHistory):
    """So the state becomes COMPLETED first."""

    async def record(self, record: EvaluationRecord) -> EvaluationRecord:
        asyncio.get_running_loop().create_task(self._written(record))
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
    async def get(self, request_id: UUID, *, tenant: str) -> EvaluationRecord | None:
        return None


class ForgetsLostRecords(InMemoryRequestStates):
    """As if the messages carried an id only: what is not here cannot be worked on."""

    def begin_now(self, work: WorkStart) -> WorkBegun:
        if work.identity.request_id in self.records:
            return super().begin_now(work)
        identity = work.identity
        unknown = EvaluationRecord(
            **dict(identity), status=Status.FAILED, stage=Status.CREATED, updated_at=identity.created_at
        )
        return WorkBegun(record=unknown, granted=False)


class AnyOrder(InMemoryRequestStates):
    """A late step back is taken like any other."""

    async def advance(self, change: StateChange) -> Advance:
        request_id = change.identity.request_id
        if record := self.records.get(request_id):
            self.records[request_id] = record.model_copy(update={"status": Status.CREATED})
        return await super().advance(change)
