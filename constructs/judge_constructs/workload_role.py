"""An IRSA role: one Kubernetes service account, nobody else, may take it; its rights come one arrow at a time."""

import aws_cdk as cdk
from aws_cdk import aws_eks_v2 as eks
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from config.naming import Names
from config.topology import Stage
from judge_constructs.message_channel import MessageChannel
from judge_constructs.sealing_secrets import private_keys_arn


class WorkloadRole(Construct):
    def __init__(
        self, scope: Construct, id_: str, *, name: str, cluster: eks.Cluster, namespace: str, service_account: str
    ) -> None:
        super().__init__(scope, id_)
        provider = cluster.open_id_connect_provider
        issuer = provider.open_id_connect_provider_issuer
        # The keys of this condition are known only once the cluster is there, and a template's keys must be text.
        trust = cdk.CfnJson(
            self,
            "Trust",
            value={
                f"{issuer}:aud": "sts.amazonaws.com",
                f"{issuer}:sub": f"system:serviceaccount:{namespace}:{service_account}",
            },
        )
        self.role = iam.Role(
            self,
            "Role",
            role_name=name,
            description=f"Of the service account {namespace}/{service_account}",
            assumed_by=iam.OpenIdConnectPrincipal(provider).with_conditions({"StringEquals": trust}),
        )

    def allow(self, *actions: str, on: list[str], if_equal: dict[str, str] | None = None) -> None:
        conditions = {"StringEquals": if_equal} if if_equal else None
        self.role.add_to_policy(iam.PolicyStatement(actions=list(actions), resources=on, conditions=conditions))

    def may_publish(self, channel: MessageChannel, *, key: kms.IKey) -> None:
        self.allow("sns:Publish", on=[channel.topic.topic_arn])
        # SNS encrypts with the caller's rights.
        self.allow("kms:GenerateDataKey", "kms:Decrypt", on=[key.key_arn], if_equal=self._only_through("sns"))

    def may_consume(self, channel: MessageChannel, *, key: kms.IKey) -> None:
        self.allow(
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:ChangeMessageVisibility",
            on=[channel.queue.queue_arn, channel.dead_letters.queue_arn],
        )
        self.allow("kms:Decrypt", on=[key.key_arn], if_equal=self._only_through("sqs"))

    def may_read_secret(self, *secrets: secretsmanager.ISecret, key: kms.IKey) -> None:
        self.allow("secretsmanager:GetSecretValue", on=[secret.secret_arn for secret in secrets])
        self.allow("kms:Decrypt", on=[key.key_arn], if_equal=self._only_through("secretsmanager"))

    def may_open_seals(self, stage: Stage, *, names: Names, key: kms.IKey) -> None:
        """Reads the stage's private keys; KMS unwraps only what was wrapped for this stage."""
        self.allow("secretsmanager:GetSecretValue", on=[private_keys_arn(self, names, stage)])
        self.allow("kms:Decrypt", on=[key.key_arn], if_equal=self._only_through("secretsmanager"))
        self.allow("kms:Decrypt", on=[key.key_arn], if_equal={"kms:EncryptionContext:llm-judge:stage": stage.value})

    def _only_through(self, service: str) -> dict[str, str]:
        return {"kms:ViaService": f"{service}.{cdk.Stack.of(self).region}.amazonaws.com"}
