"""A judgement to be made, for tests that need one."""

from dataclasses import replace
from typing import Any

from runtime.contracts.evaluation import Message
from runtime.contracts.rubric import Criterion, Rubric
from runtime.judge.ports import JudgeTask

RUBRIC = Rubric(
    name="geography",
    version=2,
    criteria=(
        Criterion(name="correct", question="Is the named city the capital?", weight=3),
        Criterion(name="brief", question="How brief is it?", levels=("rambling", "fair", "to the point")),
    ),
)
TASK = JudgeTask(
    input=(Message(role="user", content="What is the capital of France?"),),
    output="Paris.",
    reference=None,
    rubric=RUBRIC,
    requested_model="google/gemini-x",
    model="gemini-x",
    self_judged=False,
)


def task(**changes: Any) -> JudgeTask:
    return replace(TASK, **changes)
