"""The secrets that services read as files, one value a file."""

from collections.abc import Callable

from config.base import Frozen
from config.naming import Names
from config.topology import PERSISTENCE, REDIS, Service

MOUNT_PATH = "/var/run/secrets/llm-judge"
MYSQL_USERNAME_FILE, MYSQL_PASSWORD_FILE = "mysql-username", "mysql-password"
REDIS_PASSWORD_FILE = "redis-password"  # noqa: S105 - a file's name


class MountedSecret(Frozen):
    name: str
    reader: Service
    """The only one that mounts it."""
    source: Callable[[Names], str]
    """Its name in Secrets Manager, where it is a JSON object."""
    files: dict[str, str]
    """File name to the object's property."""


MYSQL_LOGIN = MountedSecret(
    name="mysql-login",
    reader=PERSISTENCE,
    source=lambda names: names.database_secret,
    files={MYSQL_USERNAME_FILE: "username", MYSQL_PASSWORD_FILE: "password"},
)
REDIS_LOGIN = MountedSecret(
    name="redis-login",
    reader=REDIS,
    source=lambda names: names.redis_secret,
    files={REDIS_PASSWORD_FILE: "password"},
)
MOUNTED_SECRETS = (MYSQL_LOGIN, REDIS_LOGIN)
