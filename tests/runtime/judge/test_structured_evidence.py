"""A verdict never counts with evidence that the judge has made up."""

import json

import pytest
from pydantic import SecretStr

from runtime.contracts.failures import FailureReason
from runtime.judge.structured import StructuredJudge
from runtime.providers.chat_model import ProviderError
from tests.fakes.scripted_model import ScriptedModel
from tests.runtime.judge.tasks import TASK, task

KEY = SecretStr("gk-1")
LONG = "Paris. " * 300


def grades(correct: str, brief: str = "") -> str:
    entries = {"correct": correct, "brief": brief}
    return json.dumps({name: {"evidence": e, "explanation": "So.", "level": 1} for name, e in entries.items()})


GOOD, INVENTED = grades("Paris."), grades("CANARY London")


@pytest.mark.fault("F57")
async def test_made_up_evidence_is_corrected_once() -> None:
    model = ScriptedModel(INVENTED, GOOD)
    result = await StructuredJudge(model=model).judge(TASK, key=KEY, deadline_seconds=20)
    assert (result.score, result.criteria[0].evidence) == (0.875, "Paris.")
    second = model.asked[1].messages[-1].content
    assert "the evidence for correct does not stand in the answer" in second
    assert "brief does not" not in second
    assert "CANARY" not in second


@pytest.mark.fault("F57")
@pytest.mark.parametrize(
    ("replies", "reason"),
    [
        ((INVENTED, INVENTED), FailureReason.EVIDENCE),
        ((INVENTED, "prose"), FailureReason.UNPARSEABLE),
        (("prose", INVENTED), FailureReason.EVIDENCE),
    ],
)
async def test_a_verdict_without_true_evidence_is_no_score(replies: tuple[str, str], reason: FailureReason) -> None:
    model = ScriptedModel(*replies)
    with pytest.raises(ProviderError) as caught:
        await StructuredJudge(model=model).judge(TASK, key=KEY, deadline_seconds=20)
    assert caught.value.reason is reason
    assert caught.value.__context__ is None
    assert len(model.asked) == 2


@pytest.mark.parametrize("evidence", ["", "PARIS", "“Paris.”", "Par…."])
async def test_empty_evidence_and_another_form_of_the_words_are_taken(evidence: str) -> None:
    model = ScriptedModel(grades(evidence))
    result = await StructuredJudge(model=model).judge(TASK, key=KEY, deadline_seconds=20)
    assert result.criteria[0].evidence == evidence


async def test_a_quotation_is_checked_beyond_what_is_kept_of_it() -> None:
    model = ScriptedModel(grades(LONG + "London"), grades(LONG + "London"))
    with pytest.raises(ProviderError) as caught:
        await StructuredJudge(model=model).judge(task(output=LONG), key=KEY, deadline_seconds=20)
    assert caught.value.reason is FailureReason.EVIDENCE


@pytest.mark.parametrize("evidence", ["...", "[…]", '"', "\u200b"])
async def test_a_quotation_of_nothing_is_kept_as_no_evidence(evidence: str) -> None:
    model = ScriptedModel(grades(evidence))
    result = await StructuredJudge(model=model).judge(TASK, key=KEY, deadline_seconds=20)
    assert result.criteria[0].evidence == ""


async def test_words_of_the_reference_are_no_evidence_for_the_answer() -> None:
    model = ScriptedModel(grades("the capital"), grades("the capital"))
    judged = task(reference="Paris is the capital.")
    with pytest.raises(ProviderError) as caught:
        await StructuredJudge(model=model).judge(judged, key=KEY, deadline_seconds=20)
    assert caught.value.reason is FailureReason.EVIDENCE
