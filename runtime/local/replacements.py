"""What the environment puts in place of an embedded part: a MySQL, a Redis or an AWS endpoint that runs elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote, urlsplit

from config.naming import DATABASE
from config.runtime_document import MySqlAddress, RedisAddress
from config.topology import MYSQL_PORT, REDIS_PORT


class BadReplacement(Exception):
    """Names the variable, never its value: a URL holds a password."""


@dataclass(frozen=True)
class MySqlServer:
    address: MySqlAddress
    username: str
    password: str = field(repr=False)


@dataclass(frozen=True)
class RedisServer:
    address: RedisAddress
    password: str = field(repr=False)


@dataclass(frozen=True)
class Replacements:
    mysql: MySqlServer | None = None
    redis: RedisServer | None = None
    aws_endpoint_url: str | None = None


def read_replacements(environment: Mapping[str, str]) -> Replacements:
    """Raises BadReplacement."""
    mysql, redis = environment.get("LLM_JUDGE_MYSQL_URL"), environment.get("LLM_JUDGE_REDIS_URL")
    return Replacements(
        mysql=_mysql(mysql) if mysql else None,
        redis=_redis(redis) if redis else None,
        aws_endpoint_url=environment.get("AWS_ENDPOINT_URL") or None,
    )


def _mysql(url: str) -> MySqlServer:
    form = "LLM_JUDGE_MYSQL_URL must look like mysql://user:password@host:3306/llm_judge (mysqls:// for TLS)"
    parts, host, port = _split(url, ("mysql", "mysqls"), form)
    address = MySqlAddress(
        host=host, port=port or MYSQL_PORT, database=parts.path.strip("/") or DATABASE, tls=parts.scheme == "mysqls"
    )
    if not parts.username:
        raise BadReplacement(form)
    return MySqlServer(address, unquote(parts.username), unquote(parts.password or ""))


def _redis(url: str) -> RedisServer:
    form = (
        "LLM_JUDGE_REDIS_URL must look like redis://:password@host:6379 (rediss:// for TLS), without user or database"
    )
    parts, host, port = _split(url, ("redis", "rediss"), form)
    if parts.username or parts.path.strip("/") not in ("", "0"):
        raise BadReplacement(form)
    address = RedisAddress(host=host, port=port or REDIS_PORT, tls=parts.scheme == "rediss")
    return RedisServer(address, unquote(parts.password or ""))


def _split(url: str, schemes: tuple[str, ...], form: str) -> tuple[SplitResult, str, int | None]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise BadReplacement(form) from None
    if parts.scheme not in schemes or not host:
        raise BadReplacement(form)
    return parts, host, port
