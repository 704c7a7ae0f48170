"""A customer-managed KMS key for one purpose: that encrypts, rotated every year, or that signs."""

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from config.environments import CloudEnvironment


class EncryptionKey(kms.Key):
    def __init__(self, scope: Construct, id_: str, *, environment: CloudEnvironment, purpose: str, about: str) -> None:
        super().__init__(
            scope,
            id_,
            alias=environment.names.kms_alias(purpose),
            description=about,
            enable_key_rotation=True,
            removal_policy=removal_policy(environment),
        )


class SigningKey(kms.Key):
    """ECDSA on P-256. KMS rotates no such key: whoever verifies would have to be told."""

    def __init__(self, scope: Construct, id_: str, *, environment: CloudEnvironment, alias: str, about: str) -> None:
        super().__init__(
            scope,
            id_,
            alias=alias,
            description=about,
            key_spec=kms.KeySpec.ECC_NIST_P256,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            removal_policy=removal_policy(environment),
        )


def removal_policy(environment: CloudEnvironment) -> cdk.RemovalPolicy:
    """Of what cannot be had again; a creation that fails leaves nothing, else its names would stop the next try."""
    return cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if environment.keep_data else cdk.RemovalPolicy.DESTROY
