"""The token by which one service shows another who calls: made by Secrets Manager, known to these two only."""

from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from config.callers import TOKEN_PROPERTY
from config.environments import CloudEnvironment
from config.topology import Flow

TOKEN_LENGTH = 64


class CallerSecret(secretsmanager.Secret):
    def __init__(self, scope: Construct, id_: str, *, flow: Flow, environment: CloudEnvironment, key: kms.IKey) -> None:
        super().__init__(
            scope,
            id_,
            secret_name=environment.names.caller_secret(flow),
            description=f"Shows {flow.destination} that {flow.source} calls",
            encryption_key=key,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                secret_string_template="{}",  # noqa: S106 - the form that the generated one is put into
                generate_string_key=TOKEN_PROPERTY,
                exclude_punctuation=True,
                password_length=TOKEN_LENGTH,
            ),
        )
