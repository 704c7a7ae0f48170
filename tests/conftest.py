"""For every suite: the real servers, one of each per test run, the snapshots, and what may run side by side."""

from tests.lanes import pytest_collection_modifyitems, pytest_xdist_make_scheduler
from tests.reviewed import reviewed_text, reviewed_yaml
from tests.servers.aws import emulator_at, moto_at, strict_at
from tests.servers.fixtures import mysql_at, redis_at

__all__ = [
    "emulator_at",
    "moto_at",
    "mysql_at",
    "pytest_collection_modifyitems",
    "pytest_xdist_make_scheduler",
    "redis_at",
    "reviewed_text",
    "reviewed_yaml",
    "strict_at",
]
