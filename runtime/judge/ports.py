"""The port to a judge: one answer in, criterion scores out. How it gets them is the judge's own method."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from runtime.contracts.evaluation import Message
from runtime.contracts.outcomes import JudgeResult
from runtime.contracts.rubric import Rubric
from runtime.providers.chat_model import Reply

OnReply = Callable[[Reply], None]
"""Hears each reply that a verdict took."""


@dataclass(frozen=True)
class JudgeTask:
    input: tuple[Message, ...]
    output: str
    reference: str | None
    rubric: Rubric
    requested_model: str
    """`provider/model` as the caller named it."""
    model: str
    """The provider's own name for it."""
    self_judged: bool
    """The candidate is the same model."""
    baseline: str | None = None
    """The other answer: where there is one, the two are compared, in both orders."""
    samples: int = 1
    decision_endpoint: bool = False


def unheard(_: Reply) -> None:
    """For whoever wants the verdict alone."""


class Judge(Protocol):
    async def judge(
        self, task: JudgeTask, *, key: SecretStr | None, deadline_seconds: float, on_reply: OnReply = unheard
    ) -> JudgeResult:
        """All calls of one verdict within `deadline_seconds`. Raises `ProviderError`: never a made-up score."""
        ...


Ask = Callable[[str, JudgeTask], Awaitable[JudgeResult]]
"""One verdict on the task by the judge of that name (`provider/model`), its cost included. Raises `ProviderError`."""
