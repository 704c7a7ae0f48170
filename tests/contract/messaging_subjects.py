"""What the messaging contract runs on: a topic with one queue, in memory, on moto's server and on the emulator."""

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from runtime.kit.aws import aws_client
from runtime.messaging.ports import Inbox, Publisher
from runtime.messaging.sns_publisher import SnsPublisher
from runtime.messaging.sqs_inbox import SqsInbox
from tests.fakes.inbox import InMemoryInbox
from tests.fakes.manual_clock import ManualClock
from tests.fakes.publisher import InMemoryPublisher

VISIBILITY_TIMEOUT_SECONDS = 2
"""Short, as the real ones have to be waited for."""


@dataclass(frozen=True)
class Subject:
    publisher: Publisher
    inbox: Inbox
    let_pass: Callable[[float], Awaitable[None]]


def in_memory() -> Subject:
    clock = ManualClock()
    inbox = InMemoryInbox(clock=clock, visibility_timeout_seconds=VISIBILITY_TIMEOUT_SECONDS)

    async def let_pass(seconds: float) -> None:
        clock.advance(seconds)

    return Subject(InMemoryPublisher(inbox), inbox, let_pass)


@asynccontextmanager
async def on_aws() -> AsyncIterator[Subject]:
    """The endpoint comes from the environment."""
    async with AsyncExitStack() as stack:
        sns = await stack.enter_async_context(aws_client("sns"))
        sqs = await stack.enter_async_context(aws_client("sqs"))
        topic_arn, queue_url = await create_channel(sns, sqs, VISIBILITY_TIMEOUT_SECONDS)
        publisher = await stack.enter_async_context(SnsPublisher(client=sns, topic_arn=lambda: topic_arn))
        inbox = await stack.enter_async_context(SqsInbox(client=sqs, queue_url=lambda: queue_url))
        yield Subject(publisher, inbox, asyncio.sleep)


async def create_channel(sns: Any, sqs: Any, visibility_timeout_seconds: int) -> tuple[str, str]:
    """Topic ARN and URL of the queue that is subscribed to it, with raw delivery."""
    name = f"contract-{uuid.uuid4().hex[:12]}"
    topic_arn = (await sns.create_topic(Name=name))["TopicArn"]
    attributes = {"VisibilityTimeout": str(visibility_timeout_seconds)}
    queue_url = (await sqs.create_queue(QueueName=name, Attributes=attributes))["QueueUrl"]
    about = await sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])
    await sns.subscribe(
        TopicArn=topic_arn,
        Protocol="sqs",
        Endpoint=about["Attributes"]["QueueArn"],
        Attributes={"RawMessageDelivery": "true"},
    )
    return topic_arn, queue_url
