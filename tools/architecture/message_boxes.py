"""Topics and queues as boxes: under each topic its queues, beside each what takes its failures."""

from collections.abc import Iterable

from tools.architecture.layout import Box, Kind, across, down
from tools.architecture.messaging import Messaging, Queue, Topic
from tools.architecture.names import Shorten, lasting
from tools.architecture.templates import Address

TRUNK = 28
"""Room at the left of a queue for the line that comes from its topic."""
ARROW = 34
"""Room for an arrow between a queue and its dead letters."""
GAP = 16


def messages_box(messaging: Messaging, topics: Iterable[Topic], short: Shorten) -> Box:
    lanes = (_lane(messaging, topic, short) for topic in topics)
    subscribed = {subscription.queue for subscription in messaging.subscriptions}
    failures = {queue.dead_letters for queue in messaging.queues}
    failures |= {subscription.undelivered for subscription in messaging.subscriptions}
    alone = (queue for queue in messaging.queues if queue.address not in subscribed | failures)
    return Box(
        "Messages (SNS, SQS)",
        kind=Kind.MESSAGING,
        children=(*lanes, *(_queue_row(messaging, queue, short) for queue in alone)),
        gap=GAP,
    )


def _lane(messaging: Messaging, topic: Topic, short: Shorten) -> Box:
    subscriptions = [each for each in messaging.subscriptions if each.topic == topic.address]
    undelivered = dict.fromkeys(each.undelivered for each in subscriptions)
    failures = (_failures(messaging, address, "what it cannot deliver", short) for address in undelivered if address)
    queues = (messaging.queue(each.queue) for each in subscriptions)
    return down(
        across(
            Box(short(topic.name), ("SNS topic",), kind=Kind.MESSAGING, key=topic.address),
            down(*failures),
            gap=ARROW,
        ),
        *(_queue_row(messaging, queue, short) for queue in queues),
        gap=GAP,
    )


def _queue_row(messaging: Messaging, queue: Queue, short: Shorten) -> Box:
    times = f"visibility timeout {queue.visibility_seconds} s", f"kept {lasting(queue.retention_seconds)}"
    failures = (
        (_failures(messaging, queue.dead_letters, f"after {queue.receives} receives", short),)
        if queue.dead_letters
        else ()
    )
    return across(
        Box(short(queue.name), times, kind=Kind.MESSAGING, key=queue.address),
        down(*failures),
        gap=ARROW,
        indent=TRUNK,
    )


def _failures(messaging: Messaging, address: Address, why: str, short: Shorten) -> Box:
    queue = messaging.queue(address)
    return Box(
        short(queue.name),
        (why, f"kept {lasting(queue.retention_seconds)}"),
        kind=Kind.MESSAGING,
        key=queue.address,
    )
