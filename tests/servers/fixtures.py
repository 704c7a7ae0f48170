"""Session fixtures: one Redis and one MySQL for the whole test run, started when a test first asks for them."""

from collections.abc import Iterator

import pytest

from tests.servers.mysql_server import MySqlServer, mysql_server
from tests.servers.redis_server import RedisServer, redis_server


@pytest.fixture(scope="session")
def redis_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server


@pytest.fixture(scope="session")
def mysql_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MySqlServer]:
    with mysql_server(tmp_path_factory.mktemp("mysql")) as server:
        yield server
