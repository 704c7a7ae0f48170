"""Messages that a worker cannot read, or that a queue gave up: each ends as FAILED with a row, and harms no other."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from config.topology import INFERENCE_CHANNEL
from runtime.kit.aws import aws_client
from tests.faults.history import History
from tests.faults.laboratory import NAMES, Laboratory
from tests.faults.observer import Observer, new_case
from tests.servers.tcp_proxy import Mode

pytestmark = pytest.mark.flow
Holds = Callable[[History], None]
QUEUE, DEAD_LETTERS = NAMES.queue(INFERENCE_CHANNEL), NAMES.dead_letter_queue(INFERENCE_CHANNEL)


async def intercepted(lab: Laboratory, observer: Observer, case: str) -> tuple[str, str]:
    """The id and the message of an evaluation, which no worker has seen and which is in no queue any more."""
    lab.use_aws()
    lab.proxies["sqs"].set(Mode.REFUSE)
    accepted = await observer.accepted(case)
    async with aws_client("sqs") as sqs:
        url = (await sqs.get_queue_url(QueueName=QUEUE))["QueueUrl"]
        (message,) = (await sqs.receive_message(QueueUrl=url, WaitTimeSeconds=5))["Messages"]
        await sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    lab.heal()
    return accepted, message["Body"]


async def send(queue: str, body: str) -> None:
    async with aws_client("sqs") as sqs:
        await sqs.send_message(QueueUrl=(await sqs.get_queue_url(QueueName=queue))["QueueUrl"], MessageBody=body)


@pytest.mark.fault("F14")
@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(lambda message: message | {"version": "one"}, id="no version"),
        pytest.param(lambda message: message | {"candidate_key": "plain"}, id="a broken seal"),
        pytest.param(lambda message: message | {"type": "something_else"}, id="another type"),
    ],
)
async def test_a_damaged_message_fails_its_own_evaluation_and_no_other(
    lab: Laboratory, observer: Observer, holds: Holds, damage: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    case = new_case()
    accepted, body = await intercepted(lab, observer, case)
    await send(QUEUE, json.dumps(damage(json.loads(body))))
    other = await observer.accepted(new_case())
    assert (await observer.ended(other))["outcome"] == "scored"
    ended = await observer.ended(accepted)
    assert (ended["status"], ended["failure"]["reason"]) == ("FAILED", "invalid_message")
    assert await observer.calls(case) == []
    holds(await observer.history())


@pytest.mark.fault("F50")
async def test_a_message_that_a_broken_subscription_kept_is_an_evaluation_once_it_is_moved_on(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    case = new_case()
    accepted, body = await intercepted(lab, observer, case)
    assert not any((await observer.queues()).values())
    assert await observer.calls(case) == []
    await send(QUEUE, body)
    assert (await observer.ended(accepted))["outcome"] == "scored"
    holds(await observer.history())


@pytest.mark.fault("F51")
async def test_a_dead_letter_fails_with_a_row_and_may_be_moved_back(
    lab: Laboratory, observer: Observer, holds: Holds
) -> None:
    case = new_case()
    accepted, body = await intercepted(lab, observer, case)
    await send(DEAD_LETTERS, body)
    ended = await observer.ended(accepted)
    assert (ended["status"], ended["failure"]["reason"]) == ("FAILED", "dead_letter")
    await send(QUEUE, body)
    holds(await observer.history())
    assert await observer.calls(case) == []
    assert await observer.ended(accepted) == ended
