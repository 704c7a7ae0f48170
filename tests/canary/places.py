"""Every place where a key could have come to rest. Only the provider stub, which is given the keys, is left out."""

import asyncio
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from tests.canary import mysql_places, queue_places, redis_places
from tests.canary.pieces import Piece, Place, files
from tests.canary.process_places import open_to_all
from tests.canary.wire import Wire
from tests.flow.system import System

WATCH_SECONDS = 1.0
SHARED_MEMORY = Path("/dev/shm")


@dataclass
class Witnesses:
    """What can only be seen while it happens."""

    commands: bytearray
    replies: list[Piece]
    wire: Wire | None
    processes: dict[bytes, str] = field(default_factory=dict)

    async def watch_processes(self) -> None:
        while True:
            for name in ("environ", "cmdline"):
                self.processes.update((data, path) for path, data in open_to_all(name))
            await asyncio.sleep(WATCH_SECONDS)


def places(system: System, seen: Witnesses) -> list[Place]:
    folder = system.folder.root
    own = [folder / name for name in ("logs", "redis", "mysql", "aws")]
    logs, redis, mysql, aws = own
    found = [
        Place("logs of all processes", _files(logs, folder.with_suffix(".log"))),
        Place("answers to callers", _now(lambda: list(seen.replies))),
        Place("processes: environ, cmdline", _now(lambda: [(path, data) for data, path in seen.processes.items()])),
        Place("Redis: commands (MONITOR)", _now(lambda: [("MONITOR", bytes(seen.commands))])),
        Place("Redis: keys and values", partial(redis_places.values, system)),
        Place("Redis: files of the run", _files(redis)),
        Place("Redis: files after SAVE, BGREWRITEAOF", _after(redis_places.write_files, system, redis)),
        Place("MySQL: rows and statements", partial(mysql_places.dump, system)),
        Place("MySQL: data folder", _files(mysql)),
        Place("queues, topics, secrets", partial(queue_places.contents, system)),
        Place("queues: journal of the run", _files(aws)),
        Place("queues: saved state", _after(queue_places.save, system, aws)),
        Place("rest of the working folder", _files(folder, beside=own)),
        Place("temporary files", _files(Path(tempfile.gettempdir()))),
        Place("shared memory", _files(SHARED_MEMORY)),
    ]
    if seen.wire is not None:
        found.append(Place("every byte between processes", _now(partial(_spoken, system, seen.wire))))
    return found


def _spoken(system: System, wire: Wire) -> list[Piece]:
    """Without what is said to and by the stub, and without the callers' requests: there the keys belong."""
    gateway, stub = urlsplit(system.gateway_url).port, urlsplit(system.stub_url).port
    ports = {part.port for part in system.record.parts if part.port}
    return list(wire.pieces(of=ports, beside={stub or 0}, to={gateway or 0}))


def _files(*roots: Path, beside: Iterable[Path] = ()) -> Callable[[], Awaitable[Iterable[Piece]]]:
    return _now(lambda: files(*roots, beside=tuple(beside)))


def _now(pieces: Callable[[], Iterable[Piece]]) -> Callable[[], Awaitable[Iterable[Piece]]]:
    async def read() -> Iterable[Piece]:
        return pieces()

    return read


def _after(
    write: Callable[[System], Awaitable[None]], system: System, folder: Path
) -> Callable[[], Awaitable[Iterable[Piece]]]:
    async def read() -> Iterable[Piece]:
        await write(system)
        return files(folder)

    return read
