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


class SealingSecret(secretsmanager.Secret):
    """Where a stage's private half is kept."""

    def __init__(
        self, scope: Construct, id_: str, *, stage: Stage, environment: CloudEnvironment, key: kms.IKey
    ) -> None:
        super().__init__(
            scope,
            id_,
            secret_name=environment.names.sealing_secret(stage),
            description=f"Private sealing key of the {stage} stage, wrapped by KMS",
            encryption_key=key,
            removal_policy=removal_policy(environment),
        )
        born = self.node.default_child
        if isinstance(born, secretsmanager.CfnSecret):
            # Empty: a generated value would become the version before, which no stage can read.
            born.generate_secret_string = None


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
        self._allow("kms:Encrypt", on=key.key_arn)
        # With its caller's rights Secrets Manager encrypts what it keeps; nothing else may be decrypted.
        through = {"kms:ViaService": f"secretsmanager.{cdk.Stack.of(self).region}.amazonaws.com"}
        self._allow("kms:GenerateDataKey", "kms:Decrypt", on=key.key_arn, if_equal=through)
        self.provider = cr.Provider(self, "Provider", on_event_handler=self.function, log_group=log_group)

    def may_fill(self, secret: secretsmanager.ISecret) -> None:
        self._allow("secretsmanager:PutSecretValue", on=secret.secret_arn)

    def _allow(self, *actions: str, on: str, if_equal: dict[str, str] | None = None) -> None:
        conditions = {"StringEquals": if_equal} if if_equal else None
        self.function.add_to_role_policy(
            iam.PolicyStatement(actions=list(actions), resources=[on], conditions=conditions)
        )


class SealingKeyPair(Construct):
    def __init__(
        self, scope: Construct, id_: str, *, stage: Stage, secret: secretsmanager.ISecret, maker: SealingKeyMaker
    ) -> None:
        super().__init__(scope, id_)
        maker.may_fill(secret)
        made = cdk.CustomResource(
            self,
            "KeyPair",
            resource_type="Custom::SealingKey",
            service_token=maker.provider.service_token,
            properties={"SecretId": secret.secret_arn, "KeyId": maker.key.key_arn, "Stage": stage.value},
        )
        # Its right to fill the secret must be there before it does.
        made.node.add_dependency(maker.function)
        self.kid = made.get_att_string("Kid")
        self.public_key = made.get_att_string("PublicKey")
