"""The sealing key pair of a stage: made while deploying, its private half wrapped by KMS in the stage's secret."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import custom_resources as cr
from constructs import Construct

from config.environments import CloudEnvironment
from config.topology import Stage
from judge_constructs.encryption_key import removal_policy

HANDLER = Path(__file__).with_name("sealing_key_pair")


class SealingKeyMaker(Construct):
    """The Lambda that makes key pairs; the only one that ever sees a private half outside of its stage."""

    def __init__(self, scope: Construct, id_: str, *, key: kms.IKey, log_group: logs.ILogGroup) -> None:
        super().__init__(scope, id_)
        self.key = key
        self.function = lambda_.Function(
            self,
            "Function",
            description="Makes a stage's sealing key pair",
            runtime=lambda_.Runtime.NODEJS_24_X,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(HANDLER)),
            timeout=cdk.Duration.minutes(1),
            log_group=log_group,
        )
        # The first wraps; the others are what Secrets Manager does with its caller's rights to keep it.
        self.allow("kms:Encrypt", "kms:GenerateDataKey", "kms:Decrypt", on=key.key_arn)
        self.provider = cr.Provider(self, "Provider", on_event_handler=self.function, log_group=log_group)

    def allow(self, *actions: str, on: str) -> None:
        self.function.add_to_role_policy(iam.PolicyStatement(actions=list(actions), resources=[on]))


class SealingKeyPair(Construct):
    def __init__(
        self, scope: Construct, id_: str, *, stage: Stage, environment: CloudEnvironment, maker: SealingKeyMaker
    ) -> None:
        super().__init__(scope, id_)
        self.secret = secretsmanager.Secret(
            self,
            "Secret",
            secret_name=environment.names.sealing_secret(stage),
            description=f"Private sealing key of the {stage} stage, wrapped by KMS",
            encryption_key=maker.key,
            removal_policy=removal_policy(environment),
        )
        maker.allow("secretsmanager:PutSecretValue", on=self.secret.secret_arn)
        made = cdk.CustomResource(
            self,
            "KeyPair",
            resource_type="Custom::SealingKey",
            service_token=maker.provider.service_token,
            properties={"SecretId": self.secret.secret_arn, "KeyId": maker.key.key_arn, "Stage": stage.value},
        )
        # The secret's policy for the Lambda must be there before it writes.
        made.node.add_dependency(maker.function)
        self.kid = made.get_att_string("Kid")
        self.public_key = made.get_att_string("PublicKey")
