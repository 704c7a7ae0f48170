"""The rules of leases, results and attempts, each broken."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from pydantic import SecretStr

from runtime.contracts.leases import LeaseEnd, Saved, StageResult, WorkBegun, WorkStart
from runtime.contracts.unavailable import Unavailable
from runtime.messaging.worker import Done, Leave, Release
from runtime.stages.turn import Result, StageTurns, Turn
from tests.fakes.request_states import InMemoryRequestStates
from tests.simulation.ledger import Call
from tests.simulation.ports import LinkedStates
from tests.simulation.providers import SimulatedProvider
from tests.simulation.weather import STATES


class GrantsAlways(InMemoryRequestStates):
    def begin_now(self, work: WorkStart) -> WorkBegun:
        self.drop_lease(work.identity.request_id)
        return super().begin_now(work)


class ShortLease(LinkedStates):
    async def begin(self, work: WorkStart) -> WorkBegun:
        return await super().begin(work.model_copy(update={"lease_seconds": 40}))


class EndlessCalls(SimulatedProvider):
    async def call(self, key: SecretStr | None, deadline_seconds: float) -> Call:
        return await super().call(key, 10 * deadline_seconds)


class StartsLate(StageTurns):
    """A call has its whole time, however long ago the lease was taken."""

    async def take(
        self, *args: Any, call: Callable[[Turn], Awaitable[Result]], **kwargs: Any
    ) -> Done | Release | Leave:
        async def unhurried(turn: Turn) -> Result:
            now = asyncio.get_running_loop().time()
            return await call(replace(turn, over_at=now + self.limits().call_deadline_seconds))

        return await super().take(*args, call=unhurried, **kwargs)


class NoFence(InMemoryRequestStates):
    """Whoever comes is taken for the holder."""

    def save_now(self, result: StageResult) -> Saved:
        lease = self._leases.get(result.identity.request_id)
        return super().save_now(result.model_copy(update={"fence": lease.fence}) if lease else result)

    def release_now(self, end: LeaseEnd) -> bool:
        self.drop_lease(end.identity.request_id)
        return True


class SeesNoResult(InMemoryRequestStates):
    """Nobody looks whether the stage has its result already."""

    def begin_now(self, work: WorkStart) -> WorkBegun:
        record = self.records.get(work.identity.request_id)
        if record is not None:
            field = f"{work.stage}_result"
            self.records[record.request_id] = record.model_copy(update={field: None, "failure": None})
        return super().begin_now(work)


class SavesNothing(LinkedStates):
    async def save(self, result: StageResult) -> Saved:
        raise Unavailable(STATES)


class CountsNothing(LinkedStates):
    """Each attempt is taken for the first."""

    async def begin(self, work: WorkStart) -> WorkBegun:
        begun = await super().begin(work)
        first = begun.record.model_copy(update={"attempts": {work.stage: 1}})
        return begun.model_copy(update={"record": first})
