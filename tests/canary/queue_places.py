"""SNS, SQS and Secrets Manager through their APIs; the emulator's journal and state are searched as files."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from runtime.kit.aws import aws_client
from runtime.local.emulator import SAVE_PATH
from tests.canary.pieces import Piece
from tests.flow.system import System

MOST_RECEIVES = 50


async def contents(_: System) -> list[Piece]:
    """What waits in each queue and dead-letter queue with all attributes, the topics, every secret."""
    return [(name, json.dumps(answer, default=str).encode()) async for name, answer in _answers()]


async def _answers() -> AsyncIterator[tuple[str, Any]]:
    async with aws_client("sqs") as sqs:
        for url in (await sqs.list_queues()).get("QueueUrls", ()):
            yield url, await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])
            async for messages in _messages(sqs, url):
                yield url, messages
    async with aws_client("sns") as sns:
        for topic in (await sns.list_topics())["Topics"]:
            yield topic["TopicArn"], await sns.get_topic_attributes(**topic)
        for one in (await sns.list_subscriptions())["Subscriptions"]:
            yield one["SubscriptionArn"], await sns.get_subscription_attributes(SubscriptionArn=one["SubscriptionArn"])
    async with aws_client("secretsmanager") as secrets:
        for secret in (await secrets.list_secrets())["SecretList"]:
            yield secret["Name"], [secret, await secrets.get_secret_value(SecretId=secret["ARN"])]


async def _messages(sqs: Any, url: str) -> AsyncIterator[list[Any]]:
    seen: set[str] = set()
    for _ in range(MOST_RECEIVES):
        answer = await sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=10,
            VisibilityTimeout=1,
            WaitTimeSeconds=0,
            AttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages = answer.get("Messages", [])
        yield messages
        if {message["MessageId"] for message in messages} <= seen:
            return
        seen |= {message["MessageId"] for message in messages}


async def save(system: System) -> None:
    """The emulator writes its state; the journal of every message that ever came is emptied by that."""
    url = f"http://127.0.0.1:{system.part('aws').port}{SAVE_PATH}"
    async with aiohttp.ClientSession() as session, session.post(url) as answer:
        answer.raise_for_status()
