"""The secrets of sealing: the one with the public halves, and those with a private one, as rights name them."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from config.environments import CloudEnvironment
from config.naming import Names
from config.topology import Stage
from judge_constructs.encryption_key import removal_policy


class SealingKeyset(secretsmanager.Secret):
    """Where the signed public halves are published; empty until the first run."""

    def __init__(self, scope: Construct, id_: str, *, environment: CloudEnvironment, key: kms.IKey) -> None:
        super().__init__(
            scope,
            id_,
            secret_name=environment.names.sealing_keyset,
            description="Public sealing keys, signed; no secret, but only the rotation may write it",
            encryption_key=key,
            removal_policy=removal_policy(environment),
        )
        born = self.node.default_child
        if isinstance(born, secretsmanager.CfnSecret):
            born.generate_secret_string = None


def private_keys_arn(scope: Construct, names: Names, stage: Stage | None = None) -> str:
    """Of every epoch of the stage; None: of every stage."""
    return cdk.Stack.of(scope).format_arn(
        service="secretsmanager",
        resource="secret",
        resource_name=names.sealing_secret(stage, "*") if stage else f"{names.sealing_secrets}*",
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
