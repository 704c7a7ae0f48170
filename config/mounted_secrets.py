"""The secrets that services read as files, one value a file."""

from collections.abc import Callable

from pydantic import Field

from config.base import Frozen
from config.callers import AUTHENTICATED, TOKEN_PROPERTY, previous_token_file, token_file
from config.naming import Names
from config.topology import PERSISTENCE, REDIS, Flow

MOUNT_PATH = "/var/run/secrets/llm-judge"
MYSQL_USERNAME_FILE, MYSQL_PASSWORD_FILE = "mysql-username", "mysql-password"
REDIS_PASSWORD_FILE = "redis-password"  # noqa: S105 - a file's name


class MountedSecret(Frozen):
    name: str
    readers: tuple[str, ...]
    """The services that mount it, and no others."""
    source: Callable[[Names], str]
    """Its name in Secrets Manager, where it is a JSON object."""
    files: dict[str, str]
    """File name to the object's property."""
    previous_files: dict[str, str] = Field(default={})
    """The same of the version before the current one, as soon as there is one."""


MYSQL_LOGIN = MountedSecret(
    name="mysql-login",
    readers=(PERSISTENCE.name,),
    source=lambda names: names.database_secret,
    files={MYSQL_USERNAME_FILE: "username", MYSQL_PASSWORD_FILE: "password"},
)
REDIS_LOGIN = MountedSecret(
    name="redis-login",
    readers=(REDIS.name,),
    source=lambda names: names.redis_secret,
    files={REDIS_PASSWORD_FILE: "password"},
)


def _caller_token(flow: Flow) -> MountedSecret:
    return MountedSecret(
        name=token_file(flow),
        readers=(flow.source, flow.destination),
        source=lambda names: names.caller_secret(flow),
        files={token_file(flow): TOKEN_PROPERTY},
        previous_files={previous_token_file(flow): TOKEN_PROPERTY},
    )


CALLER_TOKENS = tuple(_caller_token(flow) for flow in AUTHENTICATED)
MOUNTED_SECRETS = (MYSQL_LOGIN, REDIS_LOGIN, *CALLER_TOKENS)


def mounted_by(service: str) -> tuple[MountedSecret, ...]:
    return tuple(secret for secret in MOUNTED_SECRETS if service in secret.readers)
