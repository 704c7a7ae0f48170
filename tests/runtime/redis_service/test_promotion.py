"""A replica that lacks the last writes becomes the primary: what it lacks is done again, and counts once."""

import asyncio
from pathlib import Path
from uuid import uuid4

import pytest

from config.topology import Stage
from runtime.contracts.leases import StageResult
from runtime.contracts.lifecycle import Status
from tests.contract.evaluations import answer, fresh_tenant, new_request, work
from tests.runtime.redis_service.stores import admin, open_subject
from tests.servers.process import free_port
from tests.servers.redis_server import PASSWORD, own_redis

pytestmark = pytest.mark.servers


@pytest.mark.fault("F27")
@pytest.mark.parametrize("replicated", [True, False], ids=["the creation arrived", "nothing arrived"])
async def test_the_work_of_a_forgotten_lease_is_done_again_and_counts_once(tmp_path: Path, replicated: bool) -> None:
    request = new_request(tenant=fresh_tenant())
    identity, name = request.identity, f"request:{request.identity.request_id}"
    with (
        own_redis(tmp_path / "primary", port=free_port()) as primary,
        own_redis(tmp_path / "replica", port=free_port()) as replica,
    ):
        addresses = [primary.address]
        async with open_subject(primary, address=lambda: addresses[-1]) as opened, admin(replica) as promoted:
            if replicated:
                await promoted.config_set("masterauth", PASSWORD)
                await promoted.replicaof(primary.address.host, primary.address.port)
                await opened.states.create(request)
                async with asyncio.timeout(20):
                    while not await promoted.exists(name):
                        await asyncio.sleep(0.05)
                await promoted.replicaof("NO", "ONE")
            else:
                await opened.states.create(request)

            first, second = work(identity, uuid4()), work(identity, uuid4())
            assert (await opened.states.begin(first)).granted
            addresses.append(replica.address)
            begun = await opened.states.begin(second)
            assert begun.granted
            assert begun.rebuilt is not replicated
            late, counted = [
                await opened.states.save(
                    StageResult(
                        identity=identity, stage=Stage.INFERENCE, fence=one.fence, inference_result=answer(text)
                    )
                )
                for one, text in ((first, "late"), (second, "counted"))
            ]
    assert (late.held, counted.held) == (False, True)
    assert counted.record.status is Status.INFERENCE
    assert counted.record.inference_result == answer("counted")
