"""What the corpus promises, and that no attack of it leaves the place of a judged text."""

import re

import pytest

from runtime.attacks.bases import BASES
from runtime.attacks.corpus import ATTACKS, BENIGN, Attack, Kind
from runtime.attacks.items import BASES_EACH, Control, attack_items
from runtime.contracts.failures import FailureReason
from runtime.contracts.rubrics import DEFAULT_RUBRIC
from runtime.judge.fence import Fence
from runtime.judge.floor import floored
from runtime.judge.likelihood_dialogue import Dialogue
from runtime.judge.prompt import verdict_prompt
from runtime.judge.structured import StructuredJudge
from runtime.providers.chat_model import ProviderError
from tests.fakes.scripted_model import ScriptedModel
from tests.runtime.judge.tasks import task

FENCE = Fence(nonce="fedcba9876543210")
MARK = re.compile(r"<\s*/?\s*data-", re.IGNORECASE)
TEMPLATE_MARK = re.compile(r"<\||<(?:start|end)_of_turn>|\[/?INST\]|</?s>", re.IGNORECASE)

each_attack = pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.id)


def attacked(attack: Attack) -> str:
    return attack.around(BASES[0].wrong)


@each_attack
def test_it_stays_in_the_fence_of_a_verdict_by_schema(attack: Attack) -> None:
    _, user = verdict_prompt(task(output=attacked(attack)), fence=FENCE)
    _, _, after = user.content.partition(f'<{FENCE.tag} what="answer">')
    inside, _, rest = after.partition(f"</{FENCE.tag}>")
    assert rest.lstrip().startswith("The rubric:")
    assert not MARK.search(inside)


@each_attack
def test_it_stays_in_the_answer_of_a_judgement_by_likelihood(attack: Attack) -> None:
    *_, last = Dialogue.on(task(output=attacked(attack))).on_criterion(DEFAULT_RUBRIC.criteria[0])
    assert (last.content.count("<answer>"), last.content.count("</answer>")) == (1, 1)
    assert not TEMPLATE_MARK.search(last.content)


@each_attack
async def test_a_judge_that_only_echoes_it_has_given_no_verdict(attack: Attack) -> None:
    echo = attacked(attack)
    judge = StructuredJudge(model=ScriptedModel(echo, echo, takes_key=False))
    with pytest.raises(ProviderError) as failed:
        await judge.judge(task(rubric=DEFAULT_RUBRIC), key=None, deadline_seconds=5)
    assert failed.value.reason is FailureReason.UNPARSEABLE


def test_an_attack_without_any_content_gets_the_floor() -> None:
    floors = [attack.id for attack in ATTACKS if floored(task(output=attacked(attack)))]
    assert floors == ["degenerate.blank", "degenerate.full_stops"]


def test_each_kind_is_there_and_five_languages_at_least() -> None:
    assert {attack.kind for attack in ATTACKS} == set(Kind)
    assert sum(attack.kind is Kind.OTHER_LANGUAGE for attack in ATTACKS) >= 5


def test_an_attack_is_around_an_answer_unless_it_has_none() -> None:
    for one in (*ATTACKS, *BENIGN):
        without = isinstance(one, Attack) and one.kind is Kind.DEGENERATE
        assert ("{answer}" in one.template) is not without


def test_items_have_names_of_their_own_and_a_control_each() -> None:
    items = attack_items()
    names = {item.id for item in items}
    assert len(names) == len(items) == 2 * len(BASES) + BASES_EACH * (len(ATTACKS) + len(BENIGN))
    assert {item.control_id for item in items} <= names


def test_each_base_is_attacked_about_as_often_as_any_other() -> None:
    counts = [sum(isinstance(item.kind, Kind) and item.base == base.id for item in attack_items()) for base in BASES]
    assert max(counts) - min(counts) <= 1


def test_attacks_are_around_wrong_answers_and_benign_words_around_right_ones() -> None:
    bases = {base.id: base for base in BASES}
    for item in attack_items():
        if item.kind is Control.BENIGN:
            assert bases[item.base].right in item.output
        elif item.kind not in {Kind.DEGENERATE, Control.RIGHT}:
            assert bases[item.base].wrong in item.output
