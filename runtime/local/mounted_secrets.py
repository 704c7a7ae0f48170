"""What the External Secrets operator does in a cluster: the deployed credentials as files, one value in each."""

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from config.mounted_secrets import MOUNTED_SECRETS
from config.naming import Names
from runtime.local.folder import Folder


async def mount_secrets(*, secretsmanager: Any, names: Names, folder: Folder) -> None:
    for secret in MOUNTED_SECRETS:
        name = secret.source(names)
        _mount(secret.files, await _read(secretsmanager, name, "AWSCURRENT"), folder)
        if secret.previous_files:
            with suppress(secretsmanager.exceptions.ResourceNotFoundException):
                _mount(secret.previous_files, await _read(secretsmanager, name, "AWSPREVIOUS"), folder)


async def _read(secretsmanager: Any, name: str, version_stage: str) -> dict[str, str]:
    answer = await secretsmanager.get_secret_value(SecretId=name, VersionStage=version_stage)
    value: dict[str, str] = json.loads(answer["SecretString"])
    return value


def _mount(files: Mapping[str, str], value: Mapping[str, str], folder: Folder) -> None:
    for file, property_ in files.items():
        folder.write_secret(file, value[property_])
