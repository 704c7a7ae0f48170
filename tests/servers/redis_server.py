"""A real Valkey for tests, or the Redis that LLM_JUDGE_REDIS_URL names."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.runtime_document import RedisAddress
from runtime.local.folder import Folder
from runtime.local.parts.redis import valkey
from runtime.local.replacements import RedisServer, read_replacements
from tests.servers.part import running_part

PASSWORD = "valkey-test-password"


@contextmanager
def any_redis(directory: Path, *, port: int) -> Iterator[RedisServer]:
    elsewhere = read_replacements(os.environ).redis
    if elsewhere is not None:
        yield elsewhere
        return
    with own_redis(directory, port=port) as server:
        yield server


@contextmanager
def own_redis(directory: Path, *, port: int) -> Iterator[RedisServer]:
    """One that a test may stop or break; a new directory makes it start empty."""
    server, folder = at_port(port), Folder(directory)
    folder.create()
    with running_part(valkey(folder=folder, server=server), folder=folder):
        yield server


def at_port(port: int) -> RedisServer:
    return RedisServer(RedisAddress(host="127.0.0.1", port=port, tls=False), PASSWORD)
