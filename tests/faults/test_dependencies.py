"""What a service talks to refuses, hangs, forgets or loses a reply, while evaluations run."""

import asyncio
from collections.abc import Callable

import httpx2
import pytest

from config.topology import Stage
from tests.faults.history import History
from tests.faults.laboratory import Laboratory
from tests.faults.observer import Observer, new_case
from tests.servers.tcp_proxy import Mode

pytestmark = pytest.mark.flow
Holds = Callable[[History], None]
AWAY = [Mode.REFUSE, Mode.SILENT]
SLOW = "gpt-x--delay_1500"


async def until_logged(lab: Laboratory, part: str, event: str, before: int) -> None:
    async with asyncio.timeout(60):
        while lab.log(part).count(event) <= before:
            await asyncio.sleep(0.1)


@pytest.mark.fault("F6")
@pytest.mark.parametrize("mode", AWAY)
async def test_without_sns_a_request_is_refused_and_its_key_stays_free(
    lab: Laboratory, observer: Observer, holds: Holds, mode: Mode
) -> None:
    case = new_case()
    lab.proxies["sns"].set(mode)
    refused = await observer.post(case)
    assert (refused.status_code, refused.json()["code"]) == (503, "sns_unavailable")
    assert int(refused.headers["Retry-After"]) > 0
    lab.heal()
    await observer.ended(await observer.accepted(case))
    holds(await observer.history())


@pytest.mark.fault("F7")
async def test_a_publication_whose_reply_is_lost_is_one_evaluation(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    await observer.ended(await observer.accepted(new_case()))
    lab.proxies["sns"].set(Mode.LOSE_REPLY)
    await observer.ended(await observer.accepted(new_case()))
    holds(await observer.history())


@pytest.mark.fault("F8")
@pytest.mark.parametrize("mode", AWAY)
async def test_without_redis_a_request_is_refused_before_anything_is_published(
    lab: Laboratory, observer: Observer, holds: Holds, mode: Mode
) -> None:
    case = new_case()
    lab.proxies["redis"].set(mode)
    refused = await observer.post(case)
    assert refused.status_code == 503
    async with lab.system.client() as client:
        assert (await client.get("/healthz")).status_code == httpx2.codes.OK
    assert not any((await observer.queues()).values())
    lab.heal()
    await observer.ended(await observer.accepted(case))
    holds(await observer.history())


@pytest.mark.fault("F24")
async def test_without_redis_no_provider_is_called(lab: Laboratory, observer: Observer, holds: Holds) -> None:
    case, before = new_case(), lab.log("inference-service").count("dependency_unavailable")
    lab.proxies["sqs"].set(Mode.SILENT)
    accepted = await observer.accepted(case)
    lab.proxies["redis"].set(Mode.REFUSE)
    lab.proxies["sqs"].set(Mode.REFUSE)
    lab.proxies["sqs"].set(Mode.PASS)
    await until_logged(lab, "inference-service", "dependency_unavailable", before)
    assert await observer.calls(case) == []
    lab.heal()
    await observer.ended(accepted)
    holds(await observer.history())


@pytest.mark.fault("F25")
async def test_a_result_that_redis_cannot_take_is_not_asked_for_again(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    case, before = new_case(), lab.log("inference-service").count("inference_completed")
    accepted = await observer.accepted(case, candidate=SLOW)
    await observer.until_called(case, Stage.INFERENCE)
    lab.proxies["redis"].set(Mode.REFUSE)
    await until_logged(lab, "inference-service", "inference_completed", before)
    lab.heal()
    assert (await observer.ended(accepted))["outcome"] == "scored"
    holds(await observer.history())


@pytest.mark.fault("F26", "F30")
@pytest.mark.parametrize("loss", ["flushed", "expired"])
async def test_a_record_that_redis_lost_is_rebuilt(
    lab: Laboratory, observer: Observer, holds: Holds, loss: str
) -> None:
    case = new_case()
    accepted = await observer.accepted(case, candidate=SLOW, judge="gemini-x--delay_1500")
    for stage in Stage:
        await observer.until_called(case, stage)
        async with lab.admin() as redis:
            await (redis.flushall() if loss == "flushed" else redis.pexpire(f"request:{accepted}", 1))
    assert (await observer.ended(accepted))["outcome"] == "scored"
    holds(await observer.history(extra_calls={case: 1}))


@pytest.mark.fault("F28")
async def test_a_full_redis_refuses_requests_and_forgets_nothing(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    before = await observer.accepted(new_case())
    await observer.ended(before)
    async with lab.admin() as redis:
        await redis.config_set("maxmemory", "1")
        try:
            refused = await observer.post(new_case())
        finally:
            await redis.config_set("maxmemory", "0")
        assert refused.status_code == 503
        assert await redis.exists(f"request:{before}")
    holds(await observer.history())


@pytest.mark.fault("F31")
async def test_a_result_that_redis_no_longer_keeps_is_read_from_the_history(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    accepted = await observer.accepted(new_case())
    before = await observer.ended(accepted)
    async with lab.admin() as redis:
        await redis.delete(f"request:{accepted}")
    # Redis noted its own time.
    assert await observer.ended(accepted) | {"updated_at": before["updated_at"]} == before
    holds(await observer.history())


@pytest.mark.fault("F32")
@pytest.mark.parametrize("mode", [*AWAY, Mode.RESET])
async def test_without_mysql_the_verdict_is_kept(lab: Laboratory, observer: Observer, holds: Holds, mode: Mode) -> None:
    case = new_case()
    lab.proxies["mysql"].set(mode)
    accepted = await observer.accepted(case)
    await observer.until_called(case, Stage.JUDGE)
    if mode is not Mode.RESET:
        before = lab.log("persistence-service").count("mysql_failed")
        await until_logged(lab, "persistence-service", "mysql_failed", before)
    lab.heal()
    assert (await observer.ended(accepted))["outcome"] == "scored"
    holds(await observer.history())


@pytest.mark.fault("F36")
async def test_a_call_that_outlives_the_visibility_of_its_message_is_the_only_one(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    # Another delivery, while the call runs.
    lab.strict.carelessness.doubled = 1.0
    case = new_case()
    accepted = await observer.accepted(case, candidate=SLOW)
    await observer.until_called(case, Stage.INFERENCE)
    lab.heal()
    assert (await observer.ended(accepted))["outcome"] == "scored"
    holds(await observer.history())


@pytest.mark.fault("F9", "F10")
async def test_messages_lost_doubled_and_out_of_order_are_one_evaluation_each(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    lab.strict.carelessness.lost = 0.1
    lab.strict.carelessness.doubled = 0.3
    lab.strict.carelessness.reordered = True
    accepted = [await observer.accepted(new_case(), candidate="gpt-x--delay_100") for _ in range(20)]
    await observer.all_ended(accepted)
    lab.heal()
    holds(await observer.history())
