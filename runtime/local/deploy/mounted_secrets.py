"""What the External Secrets operator does in a cluster: the deployed credentials as files, one value in each."""

import json
from typing import Any

from config.naming import Names
from runtime.local.folder import Folder


async def mount_secrets(*, secretsmanager: Any, names: Names, folder: Folder) -> None:
    database = await _read(secretsmanager, names.database_secret)
    redis = await _read(secretsmanager, names.redis_secret)
    folder.write_secret("mysql-username", database["username"])
    folder.write_secret("mysql-password", database["password"])
    folder.write_secret("redis-password", redis["password"])


async def _read(secretsmanager: Any, name: str) -> dict[str, str]:
    answer = await secretsmanager.get_secret_value(SecretId=name)
    value: dict[str, str] = json.loads(answer["SecretString"])
    return value
