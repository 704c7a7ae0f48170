"""The statistics, in a worker thread: they take seconds of a CPU, and numpy is loaded with the first of them."""

import asyncio
from collections.abc import Sequence

from runtime.contracts.calibration import Calibration, JudgeCard, RunComparison, RunSummary
from runtime.contracts.judged import Judged, Labelled

AT_ONCE = 2
"""More would only take the CPU from each other, and from everything else that the gateway answers; and memory, because
what is measured is whole runs of records, read from the stores."""


class Measuring:
    """Raises NotMeasurable. Who measures takes a `turn` before reading what is measured, and holds it to the end."""

    def __init__(self) -> None:
        self.turn = asyncio.Semaphore(AT_ONCE)

    async def card(self, items: Sequence[Labelled], *, pass_score: float | None) -> JudgeCard:
        def work() -> JudgeCard:
            from runtime.measure.card import judge_card  # noqa: PLC0415 - loads numpy

            return judge_card(items, pass_score=pass_score)

        return await asyncio.to_thread(work)

    async def summary(
        self,
        run: str,
        items: Sequence[Judged],
        *,
        still_open: int,
        calibration: Calibration | None,
        newest: Calibration | None,
    ) -> RunSummary:
        def work() -> RunSummary:
            from runtime.measure.run_summary import run_summary  # noqa: PLC0415

            return run_summary(run, items, still_open=still_open, calibration=calibration, newest=newest)

        return await asyncio.to_thread(work)

    async def comparison(
        self, run: str, items: Sequence[Judged], *, other: str, other_items: Sequence[Judged], pass_score: float
    ) -> RunComparison:
        def work() -> RunComparison:
            from runtime.measure.run_comparison import run_comparison  # noqa: PLC0415

            return run_comparison(run, items, other=other, other_items=other_items, pass_score=pass_score)

        return await asyncio.to_thread(work)
