"""Named points where a fault test ends or freezes this process: nothing unless LLM_JUDGE_CRASH_POINTS names a folder.

In that folder each passage adds a byte to a file of the point's name. A file `<point>.armed` holds the number of a
passage and the signal that the process sends itself there, as in `1 SIGKILL` or `1 SIGSTOP`: the file goes first, so
that the next process does not meet it too.
"""

import os
import signal
import sys
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path

from config.environments import LOCAL

VARIABLE = "LLM_JUDGE_CRASH_POINTS"


class CrashPoint(StrEnum):
    GATEWAY_STATE_CREATED = "gateway.state_created"
    GATEWAY_PUBLISHED = "gateway.published"
    GATEWAY_STATE_ADVANCED = "gateway.state_advanced"
    REDIS_WRITTEN = "redis.written"
    INFERENCE_LEASED = "inference.leased"
    INFERENCE_REPLIED = "inference.replied"
    INFERENCE_SAVED = "inference.saved"
    INFERENCE_PUBLISHED = "inference.published"
    JUDGE_LEASED = "judge.leased"
    JUDGE_REPLIED = "judge.replied"
    JUDGE_SAVED = "judge.saved"
    JUDGE_ROW_WRITTEN = "judge.row_written"
    JUDGE_ENDED = "judge.ended"
    PERSISTENCE_COMMITTED = "persistence.committed"
    WORKER_HANDLED = "worker.handled"
    WORKER_DELETED = "worker.deleted"


def _nothing(_: CrashPoint) -> None:
    """What every point is in earnest."""


def _signalling(folder: Path) -> Callable[[CrashPoint], None]:
    def pass_by(point: CrashPoint) -> None:
        with (folder / point).open("ab") as passages:
            passages.write(b".")
        armed = folder / f"{point}.armed"
        if not armed.exists():
            return
        passage, name = armed.read_text().split()
        if int(passage) > 1:
            armed.write_text(f"{int(passage) - 1} {name}")
            return
        armed.unlink()
        os.kill(os.getpid(), signal.Signals[name])

    return pass_by


def choose(environment: Mapping[str, str]) -> Callable[[CrashPoint], None]:
    """Ends the process where the points are asked for anywhere but on one machine."""
    folder = environment.get(VARIABLE)
    if not folder:
        return _nothing
    if environment.get("LLM_JUDGE_ENVIRONMENT") != LOCAL.name:
        sys.exit(f"error: {VARIABLE} is for fault tests on one machine: unset it")
    return _signalling(Path(folder))


crash_point = choose(os.environ)
"""Chosen once: a point costs the call of an empty function."""
