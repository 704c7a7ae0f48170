"""Reads a run whole: what is still open in Redis, and what has ended in MySQL, of which only figures are kept."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial

from config.limits import PAGE_SIZE_MAX, RUN_EVALUATIONS_MAX
from runtime.contracts.calibration import Calibration, JudgeIdentity, LabelKind, RunComparison, RunSummary
from runtime.contracts.evaluation import EvaluationRecord, Mode
from runtime.contracts.history import ALL, CalibrationFilter, Calibrations, HistoryFilter
from runtime.contracts.judged import Judged, NotMeasurable, identities, judged
from runtime.contracts.states import Cursor
from runtime.gateway.measuring import Measuring
from runtime.gateway.read import ReadEvaluations
from runtime.kit.problems import Problem

KINDS = {Mode.POINTWISE: (LabelKind.BINARY, LabelKind.SCALE), Mode.PAIRWISE: (LabelKind.PREFERENCE,)}
"""Of calibration that says something about a run: only the first of a pointwise one corrects a pass rate."""


@dataclass(frozen=True)
class Run:
    ended: list[Judged]
    still_open: int


@dataclass(frozen=True, kw_only=True)
class ReadRuns:
    read: ReadEvaluations
    calibrations: Calibrations
    measuring: Measuring
    max_evaluations: int = RUN_EVALUATIONS_MAX

    async def summary(self, run: str, *, tenant: str) -> RunSummary:
        """Raises Problem 404 or 422, Unavailable."""
        async with self.measuring.turn:
            found = await self._run(run, tenant=tenant)
            judges = identities(found.ended)
            calibration = await self._calibration(judges[0], tenant=tenant) if len(judges) == 1 else None
            newest = await self._of_another(judges, tenant=tenant) if calibration is None else None
            return await self.measuring.summary(
                run, found.ended, still_open=found.still_open, calibration=calibration, newest=newest
            )

    async def comparison(self, run: str, other: str, *, tenant: str, pass_score: float) -> RunComparison:
        """Raises Problem 404 or 422, Unavailable."""
        async with self.measuring.turn:
            one, another = await self._run(run, tenant=tenant), await self._run(other, tenant=tenant)
            try:
                found = await self.measuring.comparison(
                    run, one.ended, other=other, other_items=another.ended, pass_score=pass_score
                )
            except NotMeasurable as missing:
                raise Problem(422, "not_measurable", str(missing)) from None
        still_open = [
            f"{each.still_open} evaluations of {name} have not ended: they are left out."
            for name, each in ((run, one), (other, another))
            if each.still_open
        ]
        return found.model_copy(update={"warnings": (*found.warnings, *still_open)})

    async def _run(self, run: str, *, tenant: str) -> Run:
        # The open ones first: one that ends in between is then seen twice, and not missed.
        list_open = partial(self.read.states.list_open, tenant=tenant)
        still_open = {record.request_id async for record in self._all(list_open) if record.spec.run == run}
        page = partial(self.read.history.page, tenant=tenant, where=HistoryFilter(run=run))
        ended = [judged(record) async for record in self._all(page)]
        still_open -= {each.request_id for each in ended}
        if not ended and not still_open:
            raise Problem(404, "run_not_found", f"There is no evaluation of the run {run}: check its name.")
        return Run(ended, len(still_open))

    async def _all(self, page: Callable[..., Awaitable[list[EvaluationRecord]]]) -> AsyncIterator[EvaluationRecord]:
        after, seen = None, 0
        while records := await page(limit=PAGE_SIZE_MAX, after=after):
            seen += len(records)
            if seen > self.max_evaluations:
                detail = f"A run of more than {self.max_evaluations} evaluations, or a run while more than that are"
                raise Problem(422, "run_too_large", f"{detail} open, is not measured: use several runs.")
            for record in records:
                yield record
            after = Cursor(created_at=records[-1].created_at, request_id=records[-1].request_id)

    async def _calibration(self, judge: JudgeIdentity, *, tenant: str) -> Calibration | None:
        for kind in KINDS[judge.mode]:
            where = _named(judge).model_copy(update={"settings_hash": judge.settings_hash, "kind": kind})
            found = await self._newest(where, tenant=tenant)
            if found is not None:
                return found
        return None

    async def _of_another(self, judges: Sequence[JudgeIdentity], *, tenant: str) -> Calibration | None:
        """Rather of one with the same names and other settings than of any."""
        named = await self._newest(_named(judges[0]), tenant=tenant) if len(judges) == 1 else None
        return named or await self._newest(ALL, tenant=tenant)

    async def _newest(self, where: CalibrationFilter, *, tenant: str) -> Calibration | None:
        return next(iter(await self.calibrations.page(tenant=tenant, limit=1, where=where)), None)


def _named(judge: JudgeIdentity) -> CalibrationFilter:
    return CalibrationFilter(judge_model=judge.requested_model, rubric=judge.rubric, mode=judge.mode)
