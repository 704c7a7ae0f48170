"""The topic on which alarms and budgets speak, encrypted, with the people of the config subscribed."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from config.environments import CloudEnvironment
from judge_constructs.encryption_key import EncryptionKey


class Alerts(Construct):
    def __init__(self, scope: Construct, id_: str, *, environment: CloudEnvironment) -> None:
        super().__init__(scope, id_)
        key = EncryptionKey(self, "Key", environment=environment, purpose="alerts", about="Alarms and budget notices")
        self.topic = sns.Topic(
            self, "Topic", topic_name=environment.names.alerts_topic, master_key=key, enforce_ssl=True
        )
        for speaker in ("cloudwatch.amazonaws.com", "budgets.amazonaws.com"):
            # For this account's alarms and budgets only.
            ours = {"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}}
            self.topic.grant_publish(iam.ServicePrincipal(speaker, conditions=ours))
            key.grant(iam.ServicePrincipal(speaker), "kms:GenerateDataKey*", "kms:Decrypt")
        for email in environment.operations.notify_emails:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))
