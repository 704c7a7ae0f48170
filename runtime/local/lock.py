"""One supervisor per folder: the kernel gives the lock back when its holder dies, however it dies."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from runtime.local.folder import Folder


class AlreadyRunning(Exception):
    pass


@contextmanager
def only_supervisor(folder: Folder) -> Iterator[None]:
    with folder.lock_file.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning from None
        yield
