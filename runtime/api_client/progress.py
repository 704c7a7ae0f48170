"""The live bar: how many are judged, failed and still waiting; on a pipe a line for each tenth."""

from collections import Counter
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from runtime.api_client.result import Ending, Result


class SendProgress:
    def __init__(self, console: Console, *, total: int) -> None:
        self._console = console
        self._total = total
        self._endings: Counter[Ending] = Counter()
        self._tenths = 0
        self._bar = Progress(
            TextColumn("judging"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
            # Results come in bursts: a short memory would promise an end within seconds.
            speed_estimate_period=600,
        )
        self._task = self._bar.add_task(self._words(), total=total)

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._bar.stop()

    def __call__(self, result: Result) -> None:
        self._endings[result.ending] += 1
        done = self._endings.total()
        self._bar.update(self._task, completed=done, description=self._words())
        tenths = 10 * done // self._total
        if not self._console.is_terminal and tenths > self._tenths:
            self._tenths = tenths
            self._console.print(f"  {done} of {self._total}: {self._words()}")

    def _words(self) -> str:
        judged, done = self._endings[Ending.JUDGED], self._endings.total()
        return f"{judged} judged, {done - judged} without a score, {self._total - done} waiting"
