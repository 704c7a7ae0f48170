"""The KMS keys that wrap the private sealing keys and sign the public ones, and a run of the rotation."""

import base64
from datetime import UTC, datetime
from typing import Any

from config.environments import LOCAL
from config.naming import Names
from runtime.keys.epochs import EpochSchedule
from runtime.keys.rotation import Rotation


async def provision_sealing(*, kms: Any, secretsmanager: Any, names: Names) -> str:
    """What verifies the public sealing keys, base64."""
    await _key(kms, names.sealing_kms_alias, Description="Wraps the private sealing keys of LLM-Judge")
    await _key(
        kms,
        names.sealing_signature_alias,
        Description="Signs the public sealing keys of LLM-Judge",
        KeyUsage="SIGN_VERIFY",
        KeySpec="ECC_NIST_P256",
    )
    await _empty_secret(secretsmanager, names.sealing_keyset)
    rotation = Rotation(
        schedule=EpochSchedule.of(LOCAL.limits),
        names=names,
        secrets=secretsmanager,
        kms=kms,
        now=lambda: datetime.now(UTC),
    )
    await rotation.rotate()
    verify_key = await kms.get_public_key(KeyId=names.sealing_signature_alias)
    return base64.b64encode(verify_key["PublicKey"]).decode()


async def _key(kms: Any, alias: str, **wanted: str) -> None:
    try:
        await kms.describe_key(KeyId=alias)
    except kms.exceptions.NotFoundException:
        key = await kms.create_key(**wanted)
        await kms.create_alias(AliasName=alias, TargetKeyId=key["KeyMetadata"]["KeyId"])


async def _empty_secret(secretsmanager: Any, name: str) -> None:
    try:
        await secretsmanager.describe_secret(SecretId=name)
    except secretsmanager.exceptions.ResourceNotFoundException:
        await secretsmanager.create_secret(Name=name)
