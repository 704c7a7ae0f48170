"""Starts a part's process: in a group of its own, with a log file, and on Linux never outliving the supervisor."""

import asyncio
import ctypes
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Callable, Mapping
from pathlib import Path

from runtime.local.part import Unusable

PR_SET_PDEATHSIG = 1


async def spawn(
    command: tuple[str, ...],
    *,
    environment: Mapping[str, str],
    folder: Path | None,
    log: Path,
    orphan_signal: signal.Signals,
) -> Process:
    """Raises Unusable where the program is missing or may not be run."""
    try:
        with log.open("ab") as output:
            return await asyncio.create_subprocess_exec(
                *command,
                env=environment,
                cwd=folder,
                stdin=DEVNULL,
                stdout=output,
                stderr=output,
                # Ctrl-C in a terminal reaches the whole foreground group: the parts must be stopped in order, by us.
                start_new_session=True,
                preexec_fn=_die_with_parent(orphan_signal),
            )
    except OSError as error:
        raise Unusable(f"{command[0]} cannot be started: {error.strerror}") from None


def _die_with_parent(orphan_signal: signal.Signals) -> Callable[[], None] | None:
    if sys.platform != "linux":
        # The next start recognises and ends what a killed supervisor left behind.
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    parent = os.getpid()

    def before_exec() -> None:
        prctl(PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before the call above
            os._exit(1)

    return before_exec
