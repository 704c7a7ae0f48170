"""Session fixtures: one Redis and one MySQL for the whole test run, started when a test first asks for them."""

from collections.abc import Iterator

import pytest

from runtime.local.replacements import MySqlServer, RedisServer
from tests.servers.mysql_server import any_mysql
from tests.servers.process import free_port
from tests.servers.redis_server import any_redis


@pytest.fixture(scope="session")
def redis_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with any_redis(tmp_path_factory.mktemp("redis"), port=free_port()) as server:
        yield server


@pytest.fixture(scope="session")
def mysql_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MySqlServer]:
    with any_mysql(tmp_path_factory.mktemp("mysql"), port=free_port()) as server:
        yield server
