"""Puts the signs of an attack on its judge beside a verdict; the verdict itself stays as it is."""

import asyncio

import structlog

from runtime.contracts.outcomes import JudgeResult
from runtime.judge.ports import JudgeTask
from runtime.judge.suspicion import flags

log = structlog.get_logger()

AT_ONCE_CHARS = 2000
"""About 6 ms, at the measured 3 microseconds a character; a longer text is looked at in a thread."""


async def flagged(result: JudgeResult, task: JudgeTask) -> JudgeResult:
    """Only the answers are looked at: a task may speak of grading as it likes."""
    answers = (task.output,) if task.baseline is None else (task.output, task.baseline)
    # A long text takes seconds, and leases are renewed on this loop.
    short = sum(map(len, answers)) <= AT_ONCE_CHARS
    found = flags(*answers) if short else await asyncio.to_thread(flags, *answers)
    if not found:
        return result
    log.warning(
        "answer_addresses_its_judge",
        flags=[flag.value for flag in found],
        next_step="read the answer before trusting its score",
    )
    return result.model_copy(update={"flags": found})
