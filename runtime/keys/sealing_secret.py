"""A key pair at rest: its private half wrapped by KMS, in one secret of Secrets Manager for each stage and epoch.

A secret is written once, when it is created, and never again: so it has one version, and deleting it leaves none.
"""

import base64
from typing import Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from pydantic import AwareDatetime

from config.base import Frozen
from config.topology import Stage
from runtime.keys.keyset import SealingPublicKey
from runtime.kit.aws import aws_call, aws_error_code

SECRETS, KMS = "secretsmanager", "kms"
NOT_THERE = "ResourceNotFoundException"
DELETED = "InvalidRequestException"
"""What Secrets Manager says of a secret while its deletion is under way."""
UNUSABLE = frozenset({"InvalidCiphertextException", "IncorrectKeyException", "NotFoundException"})
"""KMS: damaged, wrapped by another key or for another stage, or its KMS key is gone."""
DESTROY_AFTER_TAG = "llm-judge:destroy-after"
"""On each secret, so that its end needs no look inside and follows no later setting."""


class SealingSecret(Frozen):
    """The secret's JSON."""

    public: SealingPublicKey
    destroy_after: AwareDatetime
    wrapped_private_key: str
    """KMS ciphertext of the 32 raw X25519 bytes, base64."""


class SecretUnusable(Exception):
    """There is a secret, but no key pair comes out of it."""


def encryption_context(stage: Stage, kid: str) -> dict[str, str]:
    """KMS unwraps only with the same; the stage's role may use no other."""
    return {"llm-judge:stage": stage.value, "llm-judge:kid": kid}


async def read_secret(secrets: Any, *, name: str) -> SealingSecret | None:
    """None where there is no such secret. Raises SecretUnusable for other content, Unavailable otherwise."""
    async with aws_call(SECRETS):
        try:
            answer = await secrets.get_secret_value(SecretId=name)
        except ClientError as error:
            if aws_error_code(error) in (NOT_THERE, DELETED):
                return None
            raise
    try:
        return SealingSecret.model_validate_json(answer.get("SecretString") or "")
    except ValueError:
        raise SecretUnusable from None


async def unwrap(kms: Any, *, stage: Stage, secret: SealingSecret) -> X25519PrivateKey:
    """Raises SecretUnusable, or Unavailable where KMS cannot be asked."""
    context = encryption_context(stage, secret.public.kid)
    try:
        wrapped = base64.b64decode(secret.wrapped_private_key, validate=True)
    except ValueError:
        raise SecretUnusable from None
    async with aws_call(KMS):
        try:
            answer = await kms.decrypt(CiphertextBlob=wrapped, EncryptionContext=context)
        except ClientError as error:
            if aws_error_code(error) in UNUSABLE:
                raise SecretUnusable from None
            raise
    try:
        return X25519PrivateKey.from_private_bytes(answer["Plaintext"])
    except ValueError:
        raise SecretUnusable from None
