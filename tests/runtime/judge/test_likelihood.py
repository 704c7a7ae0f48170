import math
from typing import Any

import pytest

from runtime.contracts.evaluation import Message
from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import JudgeResult, Usage
from runtime.contracts.rubric import Criterion, Rubric
from runtime.judge.likelihood import LikelihoodJudge
from runtime.judge.likelihood_dialogue import Dialogue, as_data
from runtime.providers.chat_model import ChatReply, ChatRequest, ProviderError
from tests.fakes.scripted_model import HANGS, Entry, ScriptedModel
from tests.runtime.judge.tasks import task

TWO_CRITERIA = Rubric(
    name="geography",
    criteria=(
        Criterion(name="correct", question="Is the named city the capital?", weight=3),
        Criterion(name="brief", question="Is it brief?"),
    ),
)


def verdict(yes: float, no: float) -> ChatReply:
    return ChatReply(
        text="Yes",
        served_model="local-1",
        truncated=False,
        usage=Usage(input_tokens=20, output_tokens=1),
        first_token_logprobs={"Yes": math.log(yes), "No": math.log(no), "Maybe": math.log(0.001)},
    )


async def judged(model: ScriptedModel, **changes: Any) -> JudgeResult:
    asked = task(**{"rubric": TWO_CRITERIA, "requested_model": "local/m", "model": "m", **changes})
    return await LikelihoodJudge(model=model).judge(asked, key=None, deadline_seconds=30)


def said(request: ChatRequest) -> str:
    return "\n".join(message.content for message in request.messages)


def scripted(*entries: Entry) -> ScriptedModel:
    return ScriptedModel(*entries, takes_key=False)


async def test_each_criterion_is_scored_by_the_probability_of_yes_and_weighed() -> None:
    model = scripted("Paris.", verdict(0.9, 0.1), verdict(0.2, 0.6))
    result = await judged(model)
    assert [criterion.score for criterion in result.criteria] == pytest.approx([0.9, 0.25])
    assert result.score == pytest.approx((3 * 0.9 + 0.25) / 4)
    assert result.confidence == pytest.approx((3 * 0.9 + 0.75) / 4)
    assert result.method == "likelihood"
    assert result.rationale == "Compared with the judge's own answer: Paris."
    assert result.rubric == "geography@1"
    assert result.usage == Usage(input_tokens=20 + 20 + 11, output_tokens=1 + 1 + 7)


async def test_a_gate_that_is_not_passed_makes_the_score_nothing() -> None:
    correct, brief = TWO_CRITERIA.criteria
    gated = Rubric(name="gated", criteria=(correct, brief.model_copy(update={"gate_level": 1})))
    result = await judged(scripted("Paris.", verdict(0.9, 0.1), verdict(0.2, 0.6)), rubric=gated)
    assert (result.score, [criterion.gate_failed for criterion in result.criteria]) == (0, [False, True])


async def test_the_model_answers_first_and_judges_with_its_answer_in_view() -> None:
    model = scripted("I say Paris.", verdict(0.9, 0.1), verdict(0.9, 0.1))
    await judged(model)
    assert "What is the capital of France?" in said(model.asked[0])
    for request in model.asked[1:]:
        assert Message(role="assistant", content="I say Paris.") in request.messages
        assert request.messages[:2] == model.asked[0].messages


async def test_with_a_reference_the_model_compares_instead_of_answering() -> None:
    model = scripted(verdict(0.9, 0.1), verdict(0.9, 0.1))
    result = await judged(model, reference="It is Paris.")
    assert len(model.asked) == 2
    assert result.rationale == "Compared with the reference."
    assert all("Reference answer:\nIt is Paris." in said(request) for request in model.asked)


async def test_a_model_that_judges_its_own_answer_does_not_compare_it_with_itself() -> None:
    model = scripted(verdict(0.9, 0.1), verdict(0.9, 0.1))
    result = await judged(model, self_judged=True)
    assert result.self_judged
    assert "nothing to compare" in result.rationale
    assert all(message.role != "assistant" for request in model.asked for message in request.messages)


async def test_a_model_that_says_neither_yes_nor_no_leaves_the_request_unscored() -> None:
    undecided = ChatReply(
        text="Well", served_model=None, truncated=False, usage=None, first_token_logprobs={"Well": -0.1, "So": -2.0}
    )
    with pytest.raises(ProviderError) as failed:
        await judged(scripted("Paris.", undecided))
    assert failed.value.reason is FailureReason.UNPARSEABLE


async def test_a_model_without_probabilities_leaves_the_request_unscored() -> None:
    with pytest.raises(ProviderError) as failed:
        await judged(scripted("Paris.", "Yes"))
    assert failed.value.reason is FailureReason.UNPARSEABLE


async def test_more_than_two_levels_are_asked_by_number_and_scored_by_expectation() -> None:
    three = Criterion(name="brief", question="How brief is it?", levels=("rambling", "fair", "to the point"))
    numbers = {"1": math.log(0.1), "2": math.log(0.3), "3": math.log(0.4), "Three": math.log(0.2)}
    reply = ChatReply(text="3", served_model=None, truncated=False, usage=None, first_token_logprobs=numbers)
    model = scripted("Paris.", reply)
    result = await judged(model, rubric=Rubric(name="style", criteria=(three,)))
    assert "1 = rambling; 2 = fair; 3 = to the point" in said(model.asked[1])
    (brief,) = result.criteria
    assert brief.probabilities == pytest.approx((0.125, 0.375, 0.5))
    assert brief.level is None
    assert brief.score == pytest.approx(0.375 / 2 + 0.5)
    assert (result.score, result.confidence) == (brief.score, 0.5)


async def test_two_levels_are_asked_as_yes_or_no_and_not_shown() -> None:
    two = Criterion(name="brief", question="Is it brief?", levels=("rambling", "to the point"))
    model = scripted("Paris.", verdict(0.9, 0.1))
    await judged(model, rubric=Rubric(name="style", criteria=(two,)))
    asked = said(model.asked[1])
    assert "Is it brief? Reply with only Yes or No." in asked
    assert not any(level in asked for level in two.levels)


async def test_a_model_that_says_nothing_of_its_own_still_judges() -> None:
    result = await judged(scripted(" ", verdict(0.9, 0.1), verdict(0.9, 0.1)))
    assert result.rationale == "The judge gave no answer of its own to compare with."


async def test_the_prompt_hash_depends_on_how_it_was_asked_and_not_on_what_was_judged() -> None:
    async def asked_as(**changes: Any) -> str | None:
        first = [] if "reference" in changes or "self_judged" in changes else ["Paris."]
        return (await judged(scripted(*first, verdict(0.9, 0.1), verdict(0.9, 0.1)), **changes)).prompt_hash

    first = await asked_as()
    assert first == await asked_as(output="Lyon.", input=(Message(role="user", content="And of Spain?"),))
    reworded = TWO_CRITERIA.criteria[0].model_copy(update={"question": "Is it so?"})
    others = [
        await asked_as(reference="Paris."),
        await asked_as(self_judged=True),
        await asked_as(rubric=TWO_CRITERIA.model_copy(update={"criteria": (reworded, TWO_CRITERIA.criteria[1])})),
    ]
    assert len({first, *others}) == 4


async def test_an_empty_answer_gets_the_floor_without_a_call() -> None:
    result = await judged(scripted(), output=" \n")
    assert (result.score, result.method) == (0, "floor")


async def test_a_models_failure_is_passed_on_as_it_is() -> None:
    with pytest.raises(ProviderError) as failed:
        await judged(scripted(ProviderError(FailureReason.TRANSIENT)))
    assert failed.value.reason is FailureReason.TRANSIENT


async def test_all_calls_of_a_verdict_share_one_deadline() -> None:
    model = scripted("Paris.", verdict(0.9, 0.1), HANGS)
    judge = LikelihoodJudge(model=model)
    with pytest.raises(ProviderError) as failed:
        await judge.judge(task(rubric=TWO_CRITERIA), key=None, deadline_seconds=0.05)
    assert failed.value.reason is FailureReason.TIMEOUT
    assert model.deadlines_seconds == sorted(model.deadlines_seconds, reverse=True)


@pytest.mark.parametrize(
    "mark",
    ["<|im_end|>", "</answer>", "<ANSWER>", "< / answer >", "</s>", "<start_of_turn>", "[/INST]"],
)
def test_judged_text_can_neither_close_its_fence_nor_speak_as_the_template(mark: str) -> None:
    cleaned = as_data(f"before {mark} after")
    assert mark not in cleaned
    assert cleaned.replace(" ", "") == f"before{mark}after".replace(" ", "")


@pytest.mark.parametrize("text", ["a < b || c", "List<String> s;", "x[1] = [2]", "<b>bold</b>", "if a<s: pass"])
def test_ordinary_code_and_markup_stay_as_they_are(text: str) -> None:
    assert as_data(text) == text


def test_a_nul_in_judged_text_makes_no_invalid_message() -> None:
    dialogue = Dialogue.on(task(output="Par\0is.", reference="P\0aris."))
    assert "\0" not in "".join(message.content for message in dialogue.on_criterion(TWO_CRITERIA.criteria[0]))


def test_a_conversation_is_told_with_its_roles_and_a_single_question_without() -> None:
    turns = (Message(role="user", content="Hi."), Message(role="assistant", content="Hello."))
    assert "user: Hi.\n\nassistant: Hello." in Dialogue.on(task(input=turns)).first()[1].content
    assert "user:" not in Dialogue.on(task()).first()[1].content
