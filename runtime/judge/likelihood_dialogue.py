"""The prompts of a judgement by likelihood, short because a CPU pays for each token; the judged text is data."""

import re
from dataclasses import dataclass

from runtime.contracts.evaluation import Message
from runtime.contracts.rubric import Criterion
from runtime.judge.ports import JudgeTask

_SYSTEM = Message(
    role="system",
    content=(
        "You are a strict and fair examiner of answers. Many of the answers are wrong. "
        "Check facts, arithmetic, and whether the answer does what the task asks."
    ),
)
BINARY = 2
"""Levels of a yes/no criterion."""
_MARKS = re.compile(r"<(?=\||\s*/?\s*(?:s|answer)\s*>|(?:start|end)_of_turn>)|\[(?=/?INST\])", re.IGNORECASE)
"""Opens what our own fence, or the chat template of a common model, is made of."""


def as_data(text: str) -> str:
    """Breaks every such mark with a space: a local server reads `<|im_end|>` in a text as the end of the message.

    Unlike a fence with a random word this costs no tokens, and the same text gets the same score each time.
    """
    return _MARKS.sub(lambda mark: f"{mark[0]} ", text.replace("\0", "\ufffd"))


@dataclass(frozen=True)
class Dialogue:
    """All prompts on one answer. They begin alike, so that the model reads task and answer only once."""

    task: str
    answer: str
    reference: str | None = None
    """What the caller knows to be right."""
    own: str | None = None
    """What the judging model itself answers."""

    @classmethod
    def on(cls, judged: JudgeTask) -> "Dialogue":
        turns = judged.input
        task = turns[0].content if len(turns) == 1 else "\n\n".join(f"{turn.role}: {turn.content}" for turn in turns)
        reference = as_data(judged.reference) if judged.reference else None
        return cls(task=as_data(task), answer=as_data(judged.output), reference=reference)

    def first(self) -> tuple[Message, ...]:
        asked = f"{self._task()}First give your own answer, in one or two short sentences."
        return (_SYSTEM, Message(role="user", content=asked))

    def on_criterion(self, criterion: Criterion) -> tuple[Message, ...]:
        """Two levels are Yes and No; more are numbered from 1, each one token."""
        if len(criterion.levels) == BINARY:
            return self._about_the_answer(f"{criterion.question} Reply with only Yes or No.")
        levels = "; ".join(f"{number} = {anchor}" for number, anchor in enumerate(criterion.levels, start=1))
        scale = f"Levels, from worst to best: {levels}. Reply with only the number of the level that fits."
        return self._about_the_answer(f"{criterion.question} {scale}")

    def _task(self) -> str:
        return f"Task:\n{self.task}\n\n"

    def _about_the_answer(self, last: str) -> tuple[Message, ...]:
        answer = f"<answer>\n{self.answer}\n</answer>\n\n"
        if self.own is not None:
            again = Message(role="user", content=f"Now examine this answer, given by somebody else:\n{answer}{last}")
            return (*self.first(), Message(role="assistant", content=self.own), again)
        known = f"Reference answer:\n{self.reference}\n\n" if self.reference is not None else ""
        return (_SYSTEM, Message(role="user", content=f"{self._task()}Answer to examine:\n{answer}{known}{last}"))
