"""Credentials and tokens, in Secrets Manager and in the folder that is mounted from it in a cluster."""

import json
from typing import Any

from config.callers import AUTHENTICATED, TOKEN_PROPERTY, token_file
from config.naming import Names
from runtime.local.folder import Folder
from runtime.local.mounted_secrets import mount_secrets
from runtime.local.replacements import MySqlServer, RedisServer


async def provision_secrets(
    *, secretsmanager: Any, names: Names, folder: Folder, mysql: MySqlServer, redis: RedisServer
) -> None:
    database = {"username": mysql.username, "password": mysql.password}
    await _keep(secretsmanager, names.database_secret, database)
    await _keep(secretsmanager, names.redis_secret, {"password": redis.password})
    for flow in AUTHENTICATED:
        token = {TOKEN_PROPERTY: folder.secret(token_file(flow))}
        await _keep(secretsmanager, names.caller_secret(flow), token)
    await mount_secrets(secretsmanager=secretsmanager, names=names, folder=folder)


async def _keep(secretsmanager: Any, name: str, value: dict[str, str]) -> None:
    text = json.dumps(value)
    try:
        await secretsmanager.put_secret_value(SecretId=name, SecretString=text)
    except secretsmanager.exceptions.ResourceNotFoundException:
        await secretsmanager.create_secret(Name=name, SecretString=text)
