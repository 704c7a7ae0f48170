"""Topics, queues, and the ways between them, as the templates make them."""

from dataclasses import dataclass

from tools.architecture.templates import Address, Resource, Templates


@dataclass(frozen=True)
class Topic:
    address: Address
    name: str


@dataclass(frozen=True)
class Queue:
    address: Address
    name: str
    visibility_seconds: int
    retention_seconds: int
    dead_letters: Address | None
    receives: int
    """How often a message is handed out before it goes to the dead letters."""


@dataclass(frozen=True)
class Subscription:
    topic: Address
    queue: Address
    undelivered: Address | None


@dataclass(frozen=True)
class Messaging:
    topics: tuple[Topic, ...]
    queues: tuple[Queue, ...]
    subscriptions: tuple[Subscription, ...]

    def queue(self, address: Address) -> Queue:
        return next(queue for queue in self.queues if queue.address == address)

    def dead_letters(self) -> set[Address]:
        """The queues that take what another one has given up."""
        return {queue.dead_letters for queue in self.queues if queue.dead_letters is not None}


def read_messaging(templates: Templates) -> Messaging:
    return Messaging(
        topics=tuple(Topic(found.address, found.name("TopicName")) for found in templates.of_type("AWS::SNS::Topic")),
        queues=tuple(_queue(found) for found in templates.of_type("AWS::SQS::Queue")),
        subscriptions=tuple(
            Subscription(topic, queue, found.properties.target("RedrivePolicy", "deadLetterTargetArn"))
            for found in templates.of_type("AWS::SNS::Subscription")
            if (topic := found.properties.target("TopicArn")) and (queue := found.properties.target("Endpoint"))
        ),
    )


def _queue(found: Resource) -> Queue:
    properties = found.properties
    return Queue(
        address=found.address,
        name=found.name("QueueName"),
        visibility_seconds=properties.number("VisibilityTimeout"),
        retention_seconds=properties.number("MessageRetentionPeriod"),
        dead_letters=properties.target("RedrivePolicy", "deadLetterTargetArn"),
        receives=properties.number("RedrivePolicy", "maxReceiveCount"),
    )
