"""The deployment's side: makes the sealing key pair of a stage, keeps its private half, returns its public one."""

import base64
import secrets as random_secrets
from typing import Any

from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from config.naming import Names
from config.runtime_document import SealingPublicKey
from config.topology import Stage
from runtime.keys.sealing_secret import (
    KMS,
    NOT_THERE,
    SECRETS,
    SealingSecret,
    SecretUnusable,
    encryption_context,
    read_secret,
    unwrap,
)
from runtime.kit.aws import aws_call, aws_error_code


async def ensure_sealing_key(*, stage: Stage, names: Names, secrets: Any, kms: Any) -> SealingPublicKey:
    """The public key of the pair that is there, or of a new one where none is or it no longer opens."""
    try:
        secret = await read_secret(secrets, name=names.sealing_secret(stage), version_stage="AWSCURRENT")
        if secret is not None:
            return _public(secret.kid, await unwrap(kms, stage=stage, secret=secret))
    except SecretUnusable:
        pass
    return await create_sealing_key(stage=stage, names=names, secrets=secrets, kms=kms)


async def create_sealing_key(*, stage: Stage, names: Names, secrets: Any, kms: Any) -> SealingPublicKey:
    """A new pair, also for a rotation: the stages read the new secret before anyone is told the new public key."""
    kid = f"{stage}-{random_secrets.token_hex(8)}"
    private_key = X25519PrivateKey.generate()
    async with aws_call(KMS):
        answer = await kms.encrypt(
            KeyId=names.sealing_kms_alias,
            Plaintext=private_key.private_bytes_raw(),
            EncryptionContext=encryption_context(stage, kid),
        )
    wrapped = base64.b64encode(answer["CiphertextBlob"]).decode()
    await _write(secrets, names.sealing_secret(stage), SealingSecret(kid=kid, wrapped_private_key=wrapped))
    return _public(kid, private_key)


async def _write(secrets: Any, name: str, secret: SealingSecret) -> None:
    body = secret.model_dump_json()
    async with aws_call(SECRETS):
        try:
            await secrets.put_secret_value(SecretId=name, SecretString=body)
        except ClientError as error:
            if aws_error_code(error) != NOT_THERE:
                raise
            await secrets.create_secret(Name=name, SecretString=body)


def _public(kid: str, private_key: X25519PrivateKey) -> SealingPublicKey:
    raw = private_key.public_key().public_bytes_raw()
    return SealingPublicKey(kid=kid, public_key=base64.b64encode(raw).decode())
