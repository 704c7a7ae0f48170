"""What is searched, piece by piece: a name to report and its bytes."""

import os
from collections.abc import Awaitable, Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

CHUNK_BYTES = 32 * 2**20
OVERLAP_BYTES = 2**16
"""What crosses the end of a chunk is found in the next one."""

Piece = tuple[str, bytes]


@dataclass(frozen=True)
class Place:
    name: str
    pieces: Callable[[], Awaitable[Iterable[Piece]]]
    """Asked anew for each search."""


def files(*roots: Path, beside: Collection[Path] = ()) -> Iterator[Piece]:
    """Every file below, except below `beside`."""
    for root in roots:
        for path in sorted(root.rglob("*")) if root.is_dir() else [root]:
            if path.is_file() and not path.is_symlink() and not any(path.is_relative_to(other) for other in beside):
                yield from _chunks(path)


def _chunks(path: Path) -> Iterator[Piece]:
    # Read, not mapped: a server may cut its file short meanwhile.
    try:
        with path.open("rb", buffering=0) as file:
            for start, end in _written(file.fileno()):
                for position in range(start, end, CHUNK_BYTES - OVERLAP_BYTES):
                    yield str(path), os.pread(file.fileno(), min(CHUNK_BYTES, end - position), position)
    except FileNotFoundError:
        return


def _written(descriptor: int) -> Iterator[tuple[int, int]]:
    """Without the holes: a server reserves gigabytes, and what was never written reads as zeros."""
    size, position = os.fstat(descriptor).st_size, 0
    while position < size:
        try:
            start = os.lseek(descriptor, position, os.SEEK_DATA)
        except OSError:  # nothing but a hole is left
            return
        position = os.lseek(descriptor, start, os.SEEK_HOLE)
        yield start, position
