import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.base import Frozen
from config.limits import SNS_MESSAGE_BYTES
from runtime.kit.aws import aws_client
from runtime.messaging.encoding import encode_message
from runtime.messaging.ports import Delivery, MessageTooLarge
from runtime.messaging.sns_publisher import SnsPublisher
from tests.contract.messaging_subjects import VISIBILITY_TIMEOUT_SECONDS, Subject, create_channel, in_memory, on_aws
from tests.servers.aws import use_endpoint

REAL = [pytest.param(name, marks=pytest.mark.servers) for name in ("moto", "emulator", "strict")]


@pytest.fixture(params=["memory", *REAL])
async def subject(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Subject]:
    if request.param == "memory":
        yield in_memory()
        return
    use_endpoint(monkeypatch, request.getfixturevalue(f"{request.param}_at"))
    async with on_aws() as real:
        yield real


async def receive_all(subject: Subject, count: int) -> list[Delivery]:
    received: list[Delivery] = []
    while len(received) < count:
        received += await subject.inbox.receive(max_messages=10, wait_seconds=5)
    return received


async def publish_all(subject: Subject, bodies: list[str]) -> None:
    async with asyncio.TaskGroup() as tasks:
        for body in bodies:
            tasks.create_task(subject.publisher.publish(body, tenant="t"))


async def is_empty(subject: Subject) -> bool:
    return not await subject.inbox.receive(max_messages=10, wait_seconds=0)


async def test_a_published_message_arrives_as_it_was_sent(subject: Subject) -> None:
    await subject.publisher.publish('{"a":"b"}', tenant="t")
    (delivery,) = await receive_all(subject, 1)
    assert delivery.body == '{"a":"b"}'
    assert delivery.receive_count == 1
    assert delivery.message_id


async def test_everything_that_is_published_at_once_arrives(subject: Subject) -> None:
    bodies = [f'{{"n":{n}}}' for n in range(35)]
    await publish_all(subject, bodies)
    received = await receive_all(subject, 35)
    assert {delivery.body for delivery in received} == set(bodies)


async def test_messages_too_large_to_share_a_batch_all_arrive(subject: Subject) -> None:
    bodies = [f'"{n}{"x" * 100_000}"' for n in range(5)]
    await publish_all(subject, bodies)
    received = await receive_all(subject, 5)
    assert {delivery.body for delivery in received} == set(bodies)


async def test_a_message_of_just_the_limit_arrives_and_one_byte_more_is_refused(subject: Subject) -> None:
    await subject.publisher.publish("x" * SNS_MESSAGE_BYTES, tenant="t")
    (delivery,) = await receive_all(subject, 1)
    assert len(delivery.body) == SNS_MESSAGE_BYTES
    with pytest.raises(MessageTooLarge):
        await subject.publisher.publish("x" * (SNS_MESSAGE_BYTES + 1), tenant="t")


async def test_a_receive_brings_no_more_than_it_asks_for(subject: Subject) -> None:
    await publish_all(subject, ["1", "2", "3"])
    first = await subject.inbox.receive(max_messages=1, wait_seconds=5)
    assert len(first) == 1
    rest = await receive_all(subject, 2)
    assert len({delivery.message_id for delivery in first + rest}) == 3


async def test_a_waiting_receive_is_woken_by_a_message(subject: Subject) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(subject.inbox.receive(max_messages=10, wait_seconds=20))
        tasks.create_task(subject.publisher.publish("late", tenant="t"))
    assert [delivery.body for delivery in waiting.result()] == ["late"]


async def test_an_empty_queue_answers_with_nothing(subject: Subject) -> None:
    assert await is_empty(subject)


async def test_a_message_is_hidden_while_it_is_handled_and_comes_back_after(subject: Subject) -> None:
    await subject.publisher.publish("one", tenant="t")
    (first,) = await receive_all(subject, 1)
    assert await is_empty(subject)
    await subject.let_pass(VISIBILITY_TIMEOUT_SECONDS + 0.1)
    (second,) = await receive_all(subject, 1)
    assert (second.message_id, second.receive_count) == (first.message_id, 2)
    assert second.receipt_handle != first.receipt_handle


async def test_a_deleted_message_does_not_come_back(subject: Subject) -> None:
    await publish_all(subject, [str(n) for n in range(12)])
    received = await receive_all(subject, 12)
    async with asyncio.TaskGroup() as tasks:
        for delivery in received:
            tasks.create_task(subject.inbox.delete(delivery))
    await subject.let_pass(VISIBILITY_TIMEOUT_SECONDS + 0.1)
    assert await is_empty(subject)


async def test_a_message_released_with_zero_is_there_at_once(subject: Subject) -> None:
    await subject.publisher.publish("one", tenant="t")
    (first,) = await receive_all(subject, 1)
    await subject.inbox.hide(first, seconds=0)
    (second,) = await receive_all(subject, 1)
    assert second.receive_count == 2


@pytest.mark.fault("F36")
async def test_hiding_outlasts_the_visibility_timeout_of_the_queue(subject: Subject) -> None:
    await subject.publisher.publish("one", tenant="t")
    (first,) = await receive_all(subject, 1)
    await subject.inbox.hide(first, seconds=60)
    await subject.let_pass(VISIBILITY_TIMEOUT_SECONDS + 0.1)
    assert await is_empty(subject)


async def test_a_receipt_that_is_no_longer_valid_is_no_error(subject: Subject) -> None:
    await subject.publisher.publish("one", tenant="t")
    (first,) = await receive_all(subject, 1)
    await subject.inbox.hide(first, seconds=0)
    (second,) = await receive_all(subject, 1)
    await subject.inbox.hide(first, seconds=0)
    await subject.inbox.delete(second)
    await subject.inbox.delete(second)
    await subject.inbox.hide(second, seconds=0)
    assert await is_empty(subject)


class Said(Frozen):
    text: str


NOT_SURROGATE = st.text(st.characters(exclude_categories=["Cs"]))


@pytest.mark.fault("F46")
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=NOT_SURROGATE)
async def test_any_text_survives_the_queue(subject: Subject, text: str) -> None:
    await subject.publisher.publish(encode_message(Said(text=text), max_bytes=SNS_MESSAGE_BYTES), tenant="t")
    (delivery,) = await receive_all(subject, 1)
    await subject.inbox.delete(delivery)
    assert Said.model_validate_json(delivery.body).text == text


@pytest.mark.servers
async def test_the_queue_learns_whose_message_it_is(moto_at: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """On moto: the emulator takes the group and drops it."""
    use_endpoint(monkeypatch, moto_at)
    async with aws_client("sns") as sns, aws_client("sqs") as sqs:
        topic_arn, queue_url = await create_channel(sns, sqs, VISIBILITY_TIMEOUT_SECONDS)
        async with SnsPublisher(client=sns, topic_arn=lambda: topic_arn) as publisher:
            await publisher.publish("one", tenant="acme")
        received = await sqs.receive_message(
            QueueUrl=queue_url, WaitTimeSeconds=10, MessageSystemAttributeNames=["MessageGroupId"]
        )
    (message,) = received["Messages"]
    assert message["Attributes"]["MessageGroupId"] == "acme"
