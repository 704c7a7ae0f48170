"""The hash says in which words a judge was asked, whatever it was asked about."""

import json

import pytest
from pydantic import SecretStr

from runtime.contracts.evaluation import Message
from runtime.judge.fence import Fence
from runtime.judge.ports import JudgeTask
from runtime.judge.prompt import verdict_prompt
from runtime.judge.prompt_hash import prompt_hash, without_texts
from runtime.judge.structured import StructuredJudge
from tests.fakes.scripted_model import ScriptedModel
from tests.runtime.judge.pairs import pair_reply
from tests.runtime.judge.tasks import RUBRIC, TASK, task

GRADES = json.dumps({name: {"evidence": "", "explanation": "", "level": 1} for name in ("correct", "brief")})


def hashed(judged: JudgeTask) -> str:
    return prompt_hash(verdict_prompt(without_texts(judged), fence=Fence(nonce="nonce")))


@pytest.mark.parametrize(
    "other",
    [
        task(output="London."),
        task(input=(Message(role="system", content="Be brief."), Message(role="user", content="Hello"))),
        task(model="gemini-y", requested_model="google/gemini-y", self_judged=True, samples=3),
    ],
)
def test_the_judged_texts_and_the_model_do_not_change_it(other: JudgeTask) -> None:
    assert hashed(other) == hashed(TASK)


def test_the_words_of_a_reference_do_not_change_it_but_that_there_is_one() -> None:
    assert hashed(task(reference="Paris.")) == hashed(task(reference="It is Paris.")) != hashed(TASK)


def test_another_rubric_changes_it() -> None:
    correct, brief = RUBRIC.criteria
    other = RUBRIC.model_copy(update={"criteria": (correct, brief.model_copy(update={"question": "Is it brief?"}))})
    assert hashed(task(rubric=other)) != hashed(TASK)


def test_it_is_sixteen_hex_characters_of_roles_and_contents() -> None:
    one = (Message(role="system", content="a"), Message(role="user", content="b"))
    assert len(bytes.fromhex(prompt_hash(one))) == 8
    assert prompt_hash(one) != prompt_hash((Message(role="user", content="a"), Message(role="user", content="b")))
    assert prompt_hash(one) != prompt_hash((Message(role="system", content="ab"), one[1]))


async def test_every_verdict_carries_the_hash_of_its_own_prompt() -> None:
    async def judged(asked: JudgeTask, *script: str) -> str | None:
        judge = StructuredJudge(model=ScriptedModel(*script))
        return (await judge.judge(asked, key=SecretStr("gk-1"), deadline_seconds=20)).prompt_hash

    pairs = pair_reply("tie", "tie"), pair_reply("tie", "tie")
    one = await judged(TASK, GRADES)
    assert one == await judged(TASK, "no verdict", GRADES) == hashed(TASK)
    pair = await judged(task(baseline="London."), *pairs)
    assert pair == await judged(task(baseline="Rome.", output="Oslo."), *pairs)
    assert pair not in (one, None)
