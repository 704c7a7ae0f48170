"""The way of log lines to standard output, for which nobody waits: a reader that stops must not stop the service."""

import atexit
import os
import time
from queue import Empty, Full, Queue
from threading import Thread

import orjson

MAX_LINES = 10_000
"""Kept for a reader that is slow, about 3 MB; what comes on top is dropped and counted."""
LINES_AT_ONCE = 256
LAST_SECONDS = 2.0
"""At the end of the process, for what is still waiting."""
POLL_SECONDS = 0.01


class LogStream:
    """What `logging.StreamHandler` writes to. A thread passes it on."""

    def __init__(self, descriptor: int) -> None:
        """Of the open file: Python's own stream would be flushed once more at exit, and that would wait."""
        self._descriptor = descriptor
        self._lines: Queue[str] = Queue(MAX_LINES)
        self._dropped = 0
        Thread(target=self._pass_on, name="log", daemon=True).start()
        atexit.register(self._drain)

    def write(self, line: str) -> None:
        try:
            self._lines.put_nowait(line)
        except Full:
            self._dropped += 1

    def flush(self) -> None:
        """The thread does it."""

    def _pass_on(self) -> None:
        while True:
            lines = [self._lines.get()]
            try:
                while len(lines) < LINES_AT_ONCE:
                    lines.append(self._lines.get_nowait())
            except Empty:
                pass
            self._write("".join(lines) + self._loss())
            for _ in lines:
                self._lines.task_done()

    def _write(self, text: str) -> None:
        left = memoryview(text.encode(errors="backslashreplace"))
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError:
            # Nobody can be told here; the thread goes on for the lines that may be taken again.
            self._dropped += 1

    def _loss(self) -> str:
        dropped, self._dropped = self._dropped, 0
        if not dropped:
            return ""
        event = {"event": "log_lines_dropped", "level": "error", "lines": dropped}
        return orjson.dumps(event | {"next_step": "see why this process's output was not read"}).decode() + "\n"

    def _drain(self) -> None:
        deadline = time.monotonic() + LAST_SECONDS
        while self._lines.unfinished_tasks and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
