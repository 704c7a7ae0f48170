"""Several verdicts on one answer by one judge: their mean, and how far they lie apart."""

import asyncio
import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pydantic import SecretStr

from runtime.contracts.outcomes import CriterionScore, JudgeResult, Samples, Usage, add_usage
from runtime.contracts.rubric import Rubric
from runtime.judge.floor import floored
from runtime.judge.ports import Judge, JudgeTask, OnReply, unheard
from runtime.providers.chat_model import ProviderError, Reply

AT_ONCE = 3
"""Verdicts asked for at the same time: together they have one slot in the pace of their key."""

T_QUANTILES = (12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306)
"""Student's t, two-sided 95 %, for 1 to 8 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2, column 0.975)."""


@dataclass(frozen=True, kw_only=True)
class SampledJudge:
    """Any judge of one answer, asked `task.samples` times. A comparison is asked once: it has its two orders."""

    one: Judge

    async def judge(
        self, task: JudgeTask, *, key: SecretStr | None, deadline_seconds: float, on_reply: OnReply = unheard
    ) -> JudgeResult:
        """The mean of the verdicts that came; one that failed moves no mean.

        Raises `ProviderError` where fewer than half came: the failure that was the most common.
        """
        if task.samples == 1 or task.baseline is not None:
            return await self.one.judge(task, key=key, deadline_seconds=deadline_seconds, on_reply=on_reply)
        floor = floored(task)
        if floor is not None:
            return floor
        clock = asyncio.get_running_loop().time
        started = clock()
        places = asyncio.Semaphore(AT_ONCE)
        usage: Usage | None = None

        def heard(reply: Reply) -> None:
            # Also of verdicts that failed: they were paid for.
            nonlocal usage
            usage = add_usage(usage, reply.usage)
            on_reply(reply)

        async def sample() -> JudgeResult | ProviderError:
            async with places:
                left = max(0.0, started + deadline_seconds - clock())
                try:
                    return await self.one.judge(
                        replace(task, samples=1), key=key, deadline_seconds=left, on_reply=heard
                    )
                except ProviderError as error:
                    return error

        async with asyncio.TaskGroup() as group:
            asked = [group.create_task(sample()) for _ in range(task.samples)]
        ended = [one.result() for one in asked]
        came = [one for one in ended if isinstance(one, JudgeResult)]
        failed = [one for one in ended if isinstance(one, ProviderError)]
        if 2 * len(came) < len(ended):
            raise most_common(failed)
        return mean_of(came, failed=len(failed), rubric=task.rubric).model_copy(
            update={"usage": usage, "duration_ms": round((clock() - started) * 1000)}
        )


def most_common(failed: Sequence[ProviderError]) -> ProviderError:
    """Of those alike the one that asks for the longest wait; of reasons as common as each other the first."""
    reason, _ = Counter(error.reason for error in failed).most_common(1)[0]
    return max((error for error in failed if error.reason is reason), key=lambda error: error.retry_after_seconds or 0)


def mean_of(results: Sequence[JudgeResult], *, failed: int, rubric: Rubric) -> JudgeResult:
    """One result for all, with the words of the one that lies nearest to the mean.

    `confidence` is 1 - (high - low), the width of the interval taken off certainty. It needs no line between pass and
    fail, which a request does not have, and it tells two verdicts that agree from nine. It says how far the judge
    agrees with itself: whether it is right, only a calibration shows.
    """
    scores = tuple(result.score for result in results)
    samples = spread(scores, failed=failed, least_deviation=least_deviation(rubric))
    mean = _mean(scores)
    nearest = min(results, key=lambda result: abs(result.score - mean))
    return nearest.model_copy(
        update={
            "score": mean,
            "criteria": tuple(
                _criterion(own, [result.criteria[place] for result in results])
                for place, own in enumerate(nearest.criteria)
            ),
            "samples": samples,
            "confidence": 1 - (samples.high - samples.low),
        }
    )


def least_deviation(rubric: Rubric) -> float:
    """Of a score that equal verdicts hide: each level stands for all between it and its neighbours.

    A reading in steps of d has a standard uncertainty of d / sqrt(12) (JCGM 100:2008, GUM, F.2.2.1); those of the
    criteria are independent, and add up as their variances by the squares of their weights (GUM, 5.1.2).
    """
    whole = sum(criterion.weight for criterion in rubric.criteria)
    steps = (one.weight / whole / (len(one.levels) - 1) for one in rubric.criteria)
    return math.hypot(*steps) / math.sqrt(12)


def spread(scores: Sequence[float], *, failed: int, least_deviation: float) -> Samples:
    """Mean +/- t * s / sqrt(n), clipped to 0-1; s over n - 1. One score alone says nothing of the spread: 0 to 1.

    For the interval s is at least `least_deviation`: two verdicts on the same step would else leave no doubt at all.
    """
    n = len(scores)
    deviation = statistics.stdev(scores) if n > 1 else 0.0
    half = T_QUANTILES[n - 2] * max(deviation, least_deviation) / math.sqrt(n) if n > 1 else 1.0
    mean = _mean(scores)
    return Samples(
        scores=tuple(scores),
        failed=failed,
        standard_deviation=deviation,
        low=max(0.0, mean - half),
        high=min(1.0, mean + half),
    )


def _criterion(nearest: CriterionScore, samples: Sequence[CriterionScore]) -> CriterionScore:
    """A mean is a step of the scale, or fails a gate, only where all samples say so."""
    return nearest.model_copy(
        update={
            "score": _mean([one.score for one in samples]),
            "level": nearest.level if len({one.level for one in samples}) == 1 else None,
            "gate_failed": all(one.gate_failed for one in samples),
        }
    )


def _mean(scores: Sequence[float]) -> float:
    return min(1.0, max(0.0, statistics.fmean(scores)))
