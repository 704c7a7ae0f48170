"""The KMS key that wraps the stages' private sealing keys, and a key pair for each stage."""

from typing import Any

from config.naming import Names
from config.runtime_document import SealingPublicKey
from config.topology import Stage
from runtime.keys.provision import ensure_sealing_key


async def provision_sealing(*, kms: Any, secretsmanager: Any, names: Names) -> dict[Stage, SealingPublicKey]:
    await _key(kms, names.sealing_kms_alias)
    return {
        stage: await ensure_sealing_key(stage=stage, names=names, secrets=secretsmanager, kms=kms) for stage in Stage
    }


async def _key(kms: Any, alias: str) -> None:
    try:
        await kms.describe_key(KeyId=alias)
    except kms.exceptions.NotFoundException:
        key = await kms.create_key(Description="Wraps the private sealing keys of LLM-Judge")
        await kms.create_alias(AliasName=alias, TargetKeyId=key["KeyMetadata"]["KeyId"])
