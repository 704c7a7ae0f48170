"""One arrow of the diagram: an SNS topic, the SQS queue behind it, and a dead-letter queue for each of the two."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from config.limits import SNS_MESSAGE_BYTES, Limits
from config.naming import Names
from config.topology import Channel


class MessageChannel(Construct):
    def __init__(
        self, scope: Construct, id_: str, *, channel: Channel, names: Names, limits: Limits, key: kms.IKey
    ) -> None:
        super().__init__(scope, id_)
        self.channel = channel
        kept = cdk.Duration.seconds(limits.dead_letter_retention_seconds)
        self.topic = sns.Topic(self, "Topic", topic_name=names.topic(channel), master_key=key, enforce_ssl=True)
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=names.queue(channel),
            visibility_timeout=cdk.Duration.seconds(limits.visibility_timeout_seconds),
            receive_message_wait_time=cdk.Duration.seconds(limits.receive_wait_seconds),
            retention_period=cdk.Duration.seconds(limits.queue_retention_seconds),
            # All that the topic takes: what the queue refused would never reach its stage.
            max_message_size_bytes=SNS_MESSAGE_BYTES,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(
                max_receive_count=limits.max_receive_count,
                queue=sqs.Queue(
                    self,
                    "DeadLetters",
                    queue_name=names.dead_letter_queue(channel),
                    visibility_timeout=cdk.Duration.seconds(limits.visibility_timeout_seconds),
                    retention_period=kept,
                    encryption=sqs.QueueEncryption.KMS,
                    encryption_master_key=key,
                    enforce_ssl=True,
                    # By ARN text: the queue itself does not exist yet when its dead-letter queue is made.
                    redrive_allow_policy=sqs.RedriveAllowPolicy(
                        redrive_permission=sqs.RedrivePermission.BY_QUEUE,
                        source_queues=[
                            sqs.Queue.from_queue_arn(
                                self,
                                "Source",
                                cdk.Stack.of(self).format_arn(service="sqs", resource=names.queue(channel)),
                            )
                        ],
                    ),
                ),
            ),
        )
        dead_letters = self.queue.dead_letter_queue
        if dead_letters is None:
            raise AssertionError("the queue was given a dead-letter queue")
        self.dead_letters = dead_letters.queue
        self.undelivered = sqs.Queue(
            self,
            "Undelivered",
            queue_name=names.undelivered_queue(channel),
            retention_period=kept,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            # Fed by SNS, not by a queue's redrive.
            redrive_allow_policy=sqs.RedriveAllowPolicy(redrive_permission=sqs.RedrivePermission.DENY_ALL),
        )
        self.topic.add_subscription(
            subscriptions.SqsSubscription(self.queue, raw_message_delivery=True, dead_letter_queue=self.undelivered)
        )
