"""A stage's private sealing key at rest: wrapped by KMS, in one secret of Secrets Manager."""

import base64
from typing import Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from config.base import Frozen
from config.topology import Stage
from runtime.kit.aws import aws_call, aws_error_code

SECRETS, KMS = "secretsmanager", "kms"
NOT_THERE = "ResourceNotFoundException"
UNUSABLE = frozenset({"InvalidCiphertextException", "IncorrectKeyException", "NotFoundException"})
"""KMS: damaged, wrapped by another key or for another stage, or its KMS key is gone."""


class SealingSecret(Frozen):
    """The secret's JSON."""

    kid: str
    wrapped_private_key: str
    """KMS ciphertext of the 32 raw X25519 bytes, base64."""


class SecretUnusable(Exception):
    """There is a secret, but no private key comes out of it."""


def encryption_context(stage: Stage, kid: str) -> dict[str, str]:
    """KMS unwraps only with the same; the stage's role may use no other."""
    return {"llm-judge:stage": stage.value, "llm-judge:kid": kid}


async def read_secret(secrets: Any, *, name: str, version_stage: str) -> SealingSecret | None:
    """None where there is no such version. Raises SecretUnusable for other content, Unavailable otherwise."""
    async with aws_call(SECRETS):
        try:
            answer = await secrets.get_secret_value(SecretId=name, VersionStage=version_stage)
        except ClientError as error:
            if aws_error_code(error) == NOT_THERE:
                return None
            raise
    try:
        return SealingSecret.model_validate_json(answer.get("SecretString") or "")
    except ValueError:
        raise SecretUnusable from None


async def unwrap(kms: Any, *, stage: Stage, secret: SealingSecret) -> X25519PrivateKey:
    """Raises SecretUnusable, or Unavailable where KMS cannot be asked."""
    try:
        wrapped = base64.b64decode(secret.wrapped_private_key, validate=True)
    except ValueError:
        raise SecretUnusable from None
    async with aws_call(KMS):
        try:
            answer = await kms.decrypt(CiphertextBlob=wrapped, EncryptionContext=encryption_context(stage, secret.kid))
        except ClientError as error:
            if aws_error_code(error) in UNUSABLE:
                raise SecretUnusable from None
            raise
    try:
        return X25519PrivateKey.from_private_bytes(answer["Plaintext"])
    except ValueError:
        raise SecretUnusable from None
