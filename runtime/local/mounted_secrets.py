"""What the External Secrets operator does in a cluster: the deployed credentials as files, one value in each."""

import json
from typing import Any

from config.mounted_secrets import MOUNTED_SECRETS
from config.naming import Names
from runtime.local.folder import Folder


async def mount_secrets(*, secretsmanager: Any, names: Names, folder: Folder) -> None:
    for secret in MOUNTED_SECRETS:
        value = await _read(secretsmanager, secret.source(names))
        for file, property_ in secret.files.items():
            folder.write_secret(file, value[property_])


async def _read(secretsmanager: Any, name: str) -> dict[str, str]:
    answer = await secretsmanager.get_secret_value(SecretId=name)
    value: dict[str, str] = json.loads(answer["SecretString"])
    return value
