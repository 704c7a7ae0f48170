"""Two answers are compared in both orders, and only what survives the swap is a preference."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.failures import FailureReason
from runtime.contracts.outcomes import Comparison, Usage
from runtime.contracts.record_size import VERDICT_BYTES
from runtime.contracts.rubric import Criterion, Rubric
from runtime.judge.pair_verdict import pair_schema
from runtime.providers.chat_model import ChatReply, ChatRequest, ProviderError
from tests.fakes.scripted_model import Entry, reply
from tests.runtime.judge.pairs import KEY, by_content, compare, judge_of, pair_reply, shown
from tests.runtime.judge.tasks import RUBRIC, task

MIRRORED = {"output": "baseline", "baseline": "output", "tie": "tie"}
ANSWERS = st.text(st.characters(categories=["L"]), min_size=1, max_size=12)
PAIR = task(baseline="London.")


def longer(_: str, first: str, second: str) -> str:
    return "tie" if len(first) == len(second) else "first" if len(first) > len(second) else "second"


def first_letter(name: str, first: str, second: str) -> str:
    """Of one criterion the lower letter wins, of the other the higher: the weights decide."""
    lower = "tie" if first[0] == second[0] else "first" if first[0] < second[0] else "second"
    return lower if name == "correct" else {"first": "second", "second": "first"}.get(lower, lower)


async def test_the_preferred_answer_wins_in_both_orders() -> None:
    result = await compare(*[by_content(longer)] * 2, output="Paris it is.", baseline="London.")
    assert result.score == 1
    assert result.comparison == Comparison(
        preference="output", order_consistent=True, shown_first="output", shown_second="output"
    )
    assert [(found.name, found.weight, found.score, found.level) for found in result.criteria] == [
        ("correct", 3, 1, None),
        ("brief", 1, 1, None),
    ]
    assert result.method == "structured_verdict"
    assert result.usage == Usage(input_tokens=22, output_tokens=14)


@pytest.mark.parametrize("place", ["first", "second"])
async def test_a_judge_that_looks_at_the_place_alone_makes_a_tie(place: str) -> None:
    result = await compare(pair_reply(place, place), pair_reply(place, place))
    assert result.score == 0.5
    assert result.comparison is not None
    assert (result.comparison.preference, result.comparison.order_consistent) == ("tie", False)
    assert {result.comparison.shown_first, result.comparison.shown_second} == {"output", "baseline"}
    assert {found.score for found in result.criteria} == {0.5}


async def test_two_ties_are_a_consistent_tie() -> None:
    result = await compare(pair_reply("tie", "tie"), pair_reply("tie", "tie"))
    assert result.comparison is not None
    assert (result.score, result.comparison.order_consistent) == (0.5, True)


async def test_the_weights_decide_between_criteria_that_disagree() -> None:
    result = await compare(*[by_content(first_letter)] * 2, output="a", baseline="b")
    assert (result.score, [found.score for found in result.criteria]) == (1, [1, 0])


@given(output=ANSWERS, baseline=ANSWERS, chooses=st.sampled_from([longer, first_letter]))
def test_swapping_the_answers_mirrors_the_outcome(output: str, baseline: str, chooses: object) -> None:
    script = [by_content(chooses)] * 2  # type: ignore[arg-type]
    one = asyncio.run(compare(*script, output=output, baseline=baseline))
    other = asyncio.run(compare(*script, output=baseline, baseline=output))
    assert one.score == 1 - other.score
    assert one.comparison is not None
    assert other.comparison is not None
    assert other.comparison.preference == MIRRORED[one.comparison.preference]
    assert one.comparison.order_consistent
    assert [found.score for found in one.criteria] == [1 - found.score for found in other.criteria]


@given(st.lists(st.sampled_from(["first", "second", "tie"]), min_size=4, max_size=4))
def test_whatever_a_judge_says_swapping_the_orders_mirrors_it(said: list[str]) -> None:
    one, other = pair_reply(*said[:2]), pair_reply(*said[2:])
    straight, turned = asyncio.run(compare(one, other)), asyncio.run(compare(other, one))
    assert straight.score == 1 - turned.score
    assert straight.comparison is not None
    assert turned.comparison is not None
    assert straight.comparison.order_consistent == turned.comparison.order_consistent


async def test_both_orders_are_asked_at_once_each_behind_a_fence_of_its_own() -> None:
    together = asyncio.Barrier(2)

    async def waits(_: ChatRequest) -> ChatReply:
        await together.wait()
        return reply(pair_reply("tie", "tie"))

    judge, model = judge_of(waits, waits)
    await judge.judge(PAIR, key=KEY, deadline_seconds=20)
    assert sorted(map(shown, model.asked)) == [("London.", "Paris."), ("Paris.", "London.")]
    assert model.asked[0].messages[0] != model.asked[1].messages[0]
    assert all(request.json_schema == pair_schema(RUBRIC) for request in model.asked)


def test_the_schema_asks_for_the_evidence_of_both_before_the_preference() -> None:
    choice = pair_schema(RUBRIC)["properties"]["correct"]
    assert list(choice["properties"]) == ["first_evidence", "second_evidence", "explanation", "preferred"]
    assert choice["properties"]["preferred"]["enum"] == ["first", "second", "tie"]


@pytest.mark.parametrize("mishap", [ProviderError(FailureReason.BLOCKED), ProviderError(FailureReason.THROTTLED)])
@pytest.mark.parametrize("place", [0, 1])
async def test_one_order_that_fails_fails_the_verdict(mishap: ProviderError, place: int) -> None:
    script: list[Entry] = [pair_reply("tie", "tie")]
    script.insert(place, mishap)
    with pytest.raises(ProviderError) as caught:
        await compare(*script)
    assert caught.value.reason is mishap.reason
    assert caught.value.__context__ is None


async def test_the_order_that_fails_ends_the_other() -> None:
    ended = asyncio.Event()

    async def hangs(_: ChatRequest) -> ChatReply:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        raise AssertionError

    with pytest.raises(ProviderError) as caught:
        await compare(hangs, ProviderError(FailureReason.AUTH))
    assert caught.value.reason is FailureReason.AUTH
    assert ended.is_set()


async def test_whoever_reads_it_learns_which_answer_stood_where() -> None:
    script = by_content(longer), by_content(longer)
    result = await compare(*script, output="Paris it is.")
    assert result.criteria[0].explanation == ("Output shown first: It is first.\nBaseline shown first: It is second.")
    assert result.rationale.startswith("correct: Output shown first: It is first.")


async def test_the_evidence_kept_is_that_of_the_output() -> None:
    async def quotes(request: ChatRequest) -> ChatReply:
        first, second = shown(request)
        return reply(pair_reply("tie", "tie", first_evidence=first, second_evidence=second))

    assert {found.evidence for found in (await compare(quotes, quotes)).criteria} == {"Paris."}


async def test_a_quotation_of_nothing_is_no_evidence_for_a_preference() -> None:
    async def quotes(_: ChatRequest) -> ChatReply:
        return reply(pair_reply("tie", "tie", first_evidence="...", second_evidence="…"))

    assert {found.evidence for found in (await compare(quotes, quotes)).criteria} == {""}


@pytest.mark.fault("F57")
@pytest.mark.parametrize("made_up", [{"first_evidence": "Rome"}, {"second_evidence": "Rome"}], ids=str)
async def test_made_up_evidence_for_either_answer_is_corrected_once_and_never_counts(made_up: dict[str, str]) -> None:
    bad = pair_reply(**made_up)
    with pytest.raises(ProviderError) as caught:
        await compare(bad, bad, bad, bad)
    assert caught.value.reason is FailureReason.EVIDENCE


async def test_the_words_of_one_answer_are_no_evidence_for_the_other() -> None:
    async def swaps(request: ChatRequest) -> ChatReply:
        first, second = shown(request)
        return reply(pair_reply(first_evidence=second, second_evidence=first))

    with pytest.raises(ProviderError) as caught:
        await compare(*[swaps] * 4)
    assert caught.value.reason is FailureReason.EVIDENCE


@pytest.mark.parametrize("preferred", ["third", "FIRST", "", None, 1, ["first"]])
async def test_a_preference_that_is_none_of_the_three_is_no_verdict(preferred: object) -> None:
    verdict = json.loads(pair_reply())
    verdict["brief"]["preferred"] = preferred
    with pytest.raises(ProviderError) as caught:
        await compare(*[json.dumps(verdict)] * 4)
    assert caught.value.reason is FailureReason.UNPARSEABLE


async def test_the_longest_comparison_fits_where_a_record_does() -> None:
    """Twelve criteria of nothing but control characters, which travel as six bytes each."""
    many = Rubric(name="many", criteria=tuple(Criterion(name=f"c{n}", question="?") for n in range(12)))
    words = "\1" * 5000
    entry = {"first_evidence": words, "second_evidence": words, "explanation": words, "preferred": "tie"}
    verdict = json.dumps({criterion.name: entry for criterion in many.criteria})
    result = await compare(verdict, verdict, output=words + "a", baseline=words + "b", rubric=many)
    assert len(result.model_dump_json().encode()) < VERDICT_BYTES
