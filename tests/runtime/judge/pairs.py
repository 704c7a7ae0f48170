"""A judge of pairs that looks at what it is shown, and says so in the asked form."""

import json
import re
from collections.abc import Callable
from typing import Any

from pydantic import SecretStr

from runtime.contracts.outcomes import JudgeResult
from runtime.judge.structured import StructuredJudge
from runtime.providers.chat_model import ChatReply, ChatRequest
from tests.fakes.scripted_model import Entry, ScriptedModel, reply
from tests.runtime.judge.tasks import RUBRIC, task

KEY = SecretStr("gk-1")
_ANSWERS = re.compile(r'<data-[0-9a-f]+ what="answer [12]">\n(.*?)\n</data-', re.DOTALL)
Chooses = Callable[[str, str, str], str]
"""From criterion and both answers as shown to first, second or tie."""


def shown(request: ChatRequest) -> tuple[str, str]:
    first, second = _ANSWERS.findall(request.messages[-1].content)
    return first, second


def pair_reply(
    correct: str = "first", brief: str = "first", *, first_evidence: str = "", second_evidence: str = ""
) -> str:
    def entry(preferred: str) -> dict[str, Any]:
        return {
            "first_evidence": first_evidence,
            "second_evidence": second_evidence,
            "explanation": f"It is {preferred}.",
            "preferred": preferred,
        }

    return json.dumps({"correct": entry(correct), "brief": entry(brief)})


def by_content(chooses: Chooses) -> Entry:
    async def answer(request: ChatRequest) -> ChatReply:
        first, second = shown(request)
        names = [criterion.name for criterion in RUBRIC.criteria]
        return reply(pair_reply(*(chooses(name, first, second) for name in names)))

    return answer


async def compare(*script: Entry, output: str = "Paris.", baseline: str = "London.", **changes: Any) -> JudgeResult:
    return await judge_of(*script)[0].judge(
        task(output=output, baseline=baseline, **changes), key=KEY, deadline_seconds=20
    )


def judge_of(*script: Entry) -> tuple[StructuredJudge, ScriptedModel]:
    model = ScriptedModel(*script)
    return StructuredJudge(model=model), model
