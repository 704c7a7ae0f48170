"""Puts the signs of an attack on its judge beside a verdict; the verdict itself stays as it is."""

import asyncio

import structlog
from pydantic import SecretStr

from runtime.contracts.outcomes import JudgeResult
from runtime.judge.ports import Judge, JudgeTask, OnReply, unheard
from runtime.judge.suspicion import flags

log = structlog.get_logger()


class FlaggingJudge:
    def __init__(self, judge: Judge) -> None:
        self._judge = judge

    async def judge(
        self, task: JudgeTask, *, key: SecretStr | None, deadline_seconds: float, on_reply: OnReply = unheard
    ) -> JudgeResult:
        """Raises what the judge raises. Only the answers are looked at: a task may speak of grading as it likes."""
        result = await self._judge.judge(task, key=key, deadline_seconds=deadline_seconds, on_reply=on_reply)
        answers = (task.output,) if task.baseline is None else (task.output, task.baseline)
        # In a thread: a text of a megabyte takes seconds, and leases are renewed on this loop.
        found = await asyncio.to_thread(flags, *answers)
        if not found:
            return result
        log.warning(
            "answer_addresses_its_judge",
            flags=[flag.value for flag in found],
            next_step="read the answer before trusting its score",
        )
        return result.model_copy(update={"flags": found})
