"""Before the start: a free port for each part, the preferred one where it can be had."""

import socket
from collections.abc import Iterable, Mapping

LOOPBACK = "127.0.0.1"
TRIES = 100


class NoFreePort(Exception):
    def __init__(self, first: int) -> None:
        super().__init__(f"Ports {first} to {first + TRIES - 1} on {LOOPBACK} are all taken: stop what uses them.")


def choose_ports(preferred: Mapping[str, int]) -> dict[str, int]:
    """By part; a taken port is replaced by the next free one that no part asked for."""
    chosen: dict[str, int] = {}
    for name, port in preferred.items():
        others = {value for other, value in preferred.items() if other != name}
        chosen[name] = _first_free(port, avoid=others | set(chosen.values()))
    return chosen


def _first_free(first: int, *, avoid: Iterable[int]) -> int:
    for port in range(first, first + TRIES):
        if port not in avoid and is_free(port):
            return port
    raise NoFreePort(first)


def is_free(port: int) -> bool:
    with socket.socket() as server:
        # As the servers do: without it a port that was closed a moment ago counts as taken for a minute.
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind((LOOPBACK, port))
        except OSError:
            return False
    with socket.socket() as client:
        # macOS lets us bind next to a server that listens on all addresses.
        client.settimeout(0.2)
        return client.connect_ex((LOOPBACK, port)) != 0
