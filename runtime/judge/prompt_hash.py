"""Which words a judge was asked in: two verdicts with one hash were asked alike, whatever they were about."""

import hashlib
import json
from dataclasses import replace

from runtime.contracts.evaluation import Message
from runtime.judge.ports import JudgeTask

HEX_CHARS = 16
_PLACEHOLDER = "…"


def prompt_hash(messages: tuple[Message, ...]) -> str:
    """The first 16 hex characters of the SHA-256 of a prompt that was rendered `without_texts` and with a fixed nonce.

    The rubric is part of it, as are the words around a reference, where the task has one.
    """
    told = json.dumps([[message.role, message.content] for message in messages])
    return hashlib.sha256(told.encode()).hexdigest()[:HEX_CHARS]


def without_texts(task: JudgeTask) -> JudgeTask:
    """The same task with a placeholder for each text that is judged or compared with, and one turn of conversation."""
    return replace(
        task,
        input=(Message(role="user", content=_PLACEHOLDER),),
        output=_PLACEHOLDER,
        baseline=None if task.baseline is None else _PLACEHOLDER,
        reference=None if task.reference is None else _PLACEHOLDER,
    )
