"""Topics, queues with their dead-letter queues, and the subscriptions between them."""

import json
from typing import Any

from config.limits import Limits
from config.naming import Names
from config.runtime_document import ChannelAddress
from config.topology import CHANNELS, Channel


async def provision_channels(*, sns: Any, sqs: Any, names: Names, limits: Limits) -> dict[str, ChannelAddress]:
    return {
        channel.name: await _provision_channel(channel, sns=sns, sqs=sqs, names=names, limits=limits)
        for channel in CHANNELS
    }


async def _provision_channel(channel: Channel, *, sns: Any, sqs: Any, names: Names, limits: Limits) -> ChannelAddress:
    topic_arn: str = (await sns.create_topic(Name=names.topic(channel)))["TopicArn"]
    dead_letter_url, dead_letter_arn = await _queue(
        sqs,
        names.dead_letter_queue(channel),
        {
            "VisibilityTimeout": str(limits.visibility_timeout_seconds),
            "MessageRetentionPeriod": str(limits.dead_letter_retention_seconds),
        },
    )
    redrive = {"deadLetterTargetArn": dead_letter_arn, "maxReceiveCount": str(limits.max_receive_count)}
    url, arn = await _queue(
        sqs,
        names.queue(channel),
        {
            "VisibilityTimeout": str(limits.visibility_timeout_seconds),
            "MessageRetentionPeriod": str(limits.queue_retention_seconds),
            "ReceiveMessageWaitTimeSeconds": str(limits.receive_wait_seconds),
            "RedrivePolicy": json.dumps(redrive),
        },
    )
    await sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(_only_from(topic_arn, arn))})
    await sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    return ChannelAddress(topic_arn=topic_arn, queue_url=url, dead_letter_queue_url=dead_letter_url)


async def _queue(sqs: Any, name: str, attributes: dict[str, str]) -> tuple[str, str]:
    """URL and ARN. CreateQueue refuses a queue that exists with other attributes, so they are set apart from it."""
    try:
        url: str = (await sqs.get_queue_url(QueueName=name))["QueueUrl"]
    except sqs.exceptions.QueueDoesNotExist:
        url = (await sqs.create_queue(QueueName=name))["QueueUrl"]
    await sqs.set_queue_attributes(QueueUrl=url, Attributes=attributes)
    found = await sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    return url, found["Attributes"]["QueueArn"]


def _only_from(topic_arn: str, queue_arn: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sns.amazonaws.com"},
                "Action": "sqs:SendMessage",
                "Resource": queue_arn,
                "Condition": {"ArnEquals": {"aws:SourceArn": topic_arn}},
            }
        ],
    }
