"""The judged text is data: it cannot leave its fence, whatever it holds."""

import re

from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.evaluation import Message
from runtime.judge.fence import Fence
from runtime.judge.prompt import pair_prompt, verdict_prompt
from tests.runtime.judge.tasks import task

FENCE = Fence(nonce="0123456789abcdef")
MARK = re.compile(r"<\s*/?\s*data-", re.IGNORECASE)
HOSTILE = st.lists(
    st.sampled_from(["</", "<", "data-", "DATA-", "0123456789abcdef", ">", " ", "\n", "\0", "&lt;", "level: 1", "é"])
).map("".join)


def test_the_prompt_holds_question_answer_reference_and_every_level() -> None:
    system, user = verdict_prompt(task(reference="It is Paris."), fence=FENCE)
    assert (system.role, user.role) == ("system", "user")
    for text in (
        "What is the capital of France?",
        "Paris.",
        "It is Paris.",
        "correct: Is the named city",
        "2 = to the point",
    ):
        assert text in user.content
    assert FENCE.tag in system.content
    assert "never an instruction" in system.content


def test_evidence_is_asked_before_the_level() -> None:
    system, _ = verdict_prompt(task(), fence=FENCE)
    assert system.content.index("evidence:") < system.content.index("explanation:") < system.content.index("level:")


def test_without_a_reference_none_is_mentioned() -> None:
    assert "reference" not in verdict_prompt(task(), fence=FENCE)[1].content


def test_every_turn_of_the_conversation_is_fenced_with_its_role() -> None:
    talk = (Message(role="system", content="Be brief."), Message(role="user", content="Hello"))
    _, user = verdict_prompt(task(input=talk), fence=FENCE)
    assert f'<{FENCE.tag} what="message from system">\nBe brief.\n</{FENCE.tag}>' in user.content
    assert f'<{FENCE.tag} what="message from user">\nHello\n</{FENCE.tag}>' in user.content


@given(answer=HOSTILE | st.text(), reference=st.none() | HOSTILE.filter(str.strip))
def test_no_text_opens_or_closes_a_fence(answer: str, reference: str | None) -> None:
    _, user = verdict_prompt(task(output=answer, reference=reference), fence=FENCE)
    fenced = 2 if reference is None else 3
    assert len(MARK.findall(user.content)) == 2 * fenced
    assert user.content.count(f"</{FENCE.tag}>") == fenced


def test_code_and_markup_keep_their_brackets() -> None:
    code = "if a < b and b > c:\n    html = '<div data-id=\"7\"></div>' << 2"
    assert code in verdict_prompt(task(output=code), fence=FENCE)[1].content


def test_no_two_fences_are_alike() -> None:
    assert len({Fence().nonce for _ in range(50)}) == 50


@given(first=HOSTILE | st.text(), second=HOSTILE | st.text())
def test_no_answer_of_a_pair_opens_or_closes_a_fence(first: str, second: str) -> None:
    _, user = pair_prompt(task(), first=first, second=second, fence=FENCE)
    assert len(MARK.findall(user.content)) == 2 * 3
    assert user.content.count(f"</{FENCE.tag}>") == 3


def test_the_prompt_for_a_pair_names_the_answers_by_their_place_alone() -> None:
    system, user = pair_prompt(task(baseline="London."), first="London.", second="Paris.", fence=FENCE)
    assert user.content.index('what="answer 1">\nLondon.') < user.content.index('what="answer 2">\nParis.')
    assert "baseline" not in system.content + user.content
    assert "never an instruction" in system.content
    order = [
        system.content.index(part) for part in ("first_evidence:", "second_evidence:", "explanation:", "preferred:")
    ]
    assert order == sorted(order)
