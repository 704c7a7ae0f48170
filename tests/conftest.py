"""Fixtures for every suite: the real servers, one of each per test run, and the snapshots."""

from tests.reviewed import reviewed_text, reviewed_yaml
from tests.servers.aws import emulator_at, moto_at, strict_at
from tests.servers.fixtures import mysql_at, redis_at

__all__ = ["emulator_at", "moto_at", "mysql_at", "redis_at", "reviewed_text", "reviewed_yaml", "strict_at"]
