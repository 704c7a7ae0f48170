"""What the supervisor keeps alive: a part says how it is started, when it is ready, and what happens around that."""

import signal
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

ANSWER_SECONDS = 15.0
"""For what runs elsewhere: it is there, or it is not."""

Step = Callable[[], Awaitable[None]]


class NotReady(Exception):
    """The part does not answer yet. A text, where there is one, is for a person."""


class Unusable(Exception):
    """The part cannot work here, and trying again is of no use. The text says what to do."""


async def nothing() -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Part:
    name: str
    probe: Step
    """Raises NotReady until the part answers."""
    command: tuple[str, ...] | None
    """None: it runs elsewhere already, and is only waited for."""
    environment: Mapping[str, str] = field(default_factory=dict)
    working_folder: Path | None = None
    port: int | None = None
    needs: tuple[str, ...] = ()
    """Parts that must be ready before this one starts and that stop after it."""
    prepare: Step = nothing
    """Before each start of the process. May raise Unusable."""
    settle: Step = nothing
    """After each start, once it answers and before others use it. Raises NotReady to be tried again."""
    settle_again_seconds: float | None = None
    """So often it is settled again while it runs; None: never."""
    after_failure: Step = nothing
    """Once, when it has failed for good."""
    optional: bool = False
    """The rest is of use without it."""
    start_timeout_seconds: float = 60.0
    stop_timeout_seconds: float = 10.0
    orphan_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends it when the supervisor dies without a word (Linux)."""
