"""What a person sees of a step: what it does, for how long it has been at it, and how long it took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn


@contextmanager
def step(console: Console, words: str) -> Iterator[None]:
    started = time.monotonic()
    console.print(words, style="bold")
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as line:
        line.add_task(words)
        yield
    console.print(f"  done in {time.monotonic() - started:.1f} s")
