"""Step 3 of 6: the arrows between the services."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from config.environments import CloudEnvironment
from config.topology import CHANNELS
from judge_constructs.encryption_key import EncryptionKey
from judge_constructs.message_channel import MessageChannel


class MessagingStack(cdk.Stack):
    def __init__(self, scope: Construct, id_: str, *, environment: CloudEnvironment, env: cdk.Environment) -> None:
        super().__init__(scope, id_, env=env)
        self.key = EncryptionKey(self, "Key", environment=environment, purpose="messaging", about="Messages in transit")
        self._let_sns_deliver(environment)
        # By its ARN, so that CDK adds nothing to the key's policy: a topic there that the key encrypts is a circle.
        key = kms.Key.from_key_arn(self, "KeyOfChannels", self.key.key_arn)
        self.channels = {
            channel.name: MessageChannel(
                self,
                channel.name,
                channel=channel,
                names=environment.names,
                limits=environment.limits,
                key=key,
            )
            for channel in CHANNELS
        }

    def _let_sns_deliver(self, environment: CloudEnvironment) -> None:
        """Into encrypted queues, and only for our own topics, which have the names of the config."""
        topics = [self.format_arn(service="sns", resource=environment.names.topic(channel)) for channel in CHANNELS]
        self.key.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("sns.amazonaws.com")],
                actions=["kms:GenerateDataKey", "kms:Decrypt"],
                resources=["*"],
                conditions={"ArnEquals": {"aws:SourceArn": topics}},
            )
        )
