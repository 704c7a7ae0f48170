"""One tenant floods: what the others wait for is counted in evaluations of the flood, not in seconds."""

import asyncio
from dataclasses import dataclass, field

import pytest

from config.limits import BATCH_ENTRIES, Limits
from config.tenant import TenantLimits
from runtime.contracts.messages import INFERENCE_MESSAGE
from runtime.gateway.schemas import EvaluationIn
from runtime.kit.problems import Problem
from runtime.messaging.ports import Delivery
from runtime.messaging.worker import RECEIVERS, Done, Worker
from runtime.stages.places import Places
from tests.fakes.inbox import InMemoryInbox
from tests.fakes.manual_clock import ManualClock
from tests.fakes.publisher import InMemoryPublisher
from tests.runtime.gateway.bench import Bench
from tests.runtime.messaging.at_work import at_work

FLOOD, QUIET = "flood", "quiet"
MOST_IN_FLIGHT = 300
LIMITS = TenantLimits(requests_per_minute=60_000, burst=10_000, max_in_flight=MOST_IN_FLIGHT)
SLOTS, PLACES = 64, 4
BODY = EvaluationIn(input="hi", output="ho")


@dataclass
class OneProvider:
    """A handler that needs a place; which tenants got one, in order."""

    clock: ManualClock
    places: Places = field(default_factory=lambda: Places(lambda: PLACES))
    served: list[str] = field(default_factory=list)

    async def __call__(self, delivery: Delivery) -> Done:
        tenant = INFERENCE_MESSAGE.validate_json(delivery.body).identity.tenant
        async with self.places.one(tenant=tenant):
            self.served.append(tenant)
            await asyncio.sleep(0)
        self.clock.notify()
        return Done()


async def submitted(bench: Bench, tenant: str) -> str:
    try:
        await bench.accept.accept(BODY, tenant=tenant, limits=LIMITS, keys={}, idempotency_key=None)
    except Problem as problem:
        return problem.body.code
    return "accepted"


@pytest.mark.fault("F53")
async def test_while_one_tenant_floods_anothers_evaluations_are_served_after_few_of_the_flood() -> None:
    clock = ManualClock()
    inbox, provider = InMemoryInbox(clock=clock), OneProvider(clock)
    bench = Bench(names=(FLOOD, QUIET), publisher=InMemoryPublisher(inbox))
    codes = [await submitted(bench, FLOOD) for _ in range(500)]
    # First bound: a tenant's share of any backlog is what it may have in flight.
    assert codes == ["accepted"] * MOST_IN_FLIGHT + ["too_many_in_flight"] * (500 - MOST_IN_FLIGHT)
    limits = Limits(max_in_flight_per_worker=SLOTS)
    async with at_work(Worker(inbox=inbox, handler=provider, limits=lambda: limits), clock):
        await clock.until(lambda: len(provider.served) >= 50)
        before = len(provider.served)
        assert provider.served == [FLOOD] * before
        for _ in range(10):
            assert await submitted(bench, QUIET) == "accepted"
        await clock.until(lambda: len(provider.served) == MOST_IN_FLIGHT + 10)
    later = provider.served[before:]
    overtaken_by = [later[:place].count(FLOOD) for place, name in enumerate(later) if name == QUIET]
    # Second bound, the queue's: what was received before, and is not served yet, are at most two batches that were on
    # their way. Third, the worker's: then each of the quiet tenant's waits for one turn of the flood and no more.
    on_their_way = RECEIVERS * BATCH_ENTRIES + PLACES
    assert all(count <= on_their_way + nth for nth, count in enumerate(overtaken_by)), overtaken_by
    # Served in the order of arrival, the first would have waited for all that filled the worker.
    assert overtaken_by[0] < SLOTS - PLACES
