"""The replay's juries, cascade and reading of prose."""

from pathlib import Path

import pytest

from runtime.contracts.two_orders import Preference, Shown
from tests.tools.recorded import completion, everything, written
from tools.replay.figures import figures_of
from tools.replay.juries import jury_of_both_orders, jury_of_each_order, learned_weights, plain_weights
from tools.replay.prose import explanation, prose_figures
from tools.replay.recordings import COMPLETIONS, Recordings, read_recordings

FIRST, SECOND = Shown.FIRST, Shown.SECOND


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    return read_recordings(written(tmp_path, everything()))


def test_the_label_of_an_item_has_no_say_in_the_weights_that_judge_it(recordings: Recordings) -> None:
    pairs = recordings.adversarial
    verdicts = recordings.verdicts("Plain", pairs)
    before = learned_weights(verdicts, pairs)
    flipped = {Preference.A: Preference.B, Preference.B: Preference.A}[pairs[0].human_preference]
    after = learned_weights(verdicts, [pairs[0].model_copy(update={"human_preference": flipped}), *pairs[1:]])
    assert after[0] == before[0]
    assert after != before


def test_weights_let_the_good_judges_win_and_drop_the_bad_ones(recordings: Recordings) -> None:
    pairs = recordings.adversarial
    verdicts = recordings.verdicts("Plain", pairs)
    weights = learned_weights(verdicts, pairs)
    assert all(each.keys() == {"GPT-4", "PaLM2"} for each in weights)
    for jury in (jury_of_both_orders, jury_of_each_order):
        plain, weighted = jury(verdicts, pairs, plain_weights(verdicts, pairs)), jury(verdicts, pairs, weights)
        assert plain is not None
        assert weighted is not None
        assert plain.value < 0.6
        assert weighted.value == pytest.approx(0.9)


def test_the_cascade_escalates_what_flips_to_the_strong_judge(recordings: Recordings) -> None:
    figures = figures_of(recordings, "Plain")
    assert figures.cheap == "PaLM2"
    assert figures.cascade is not None
    assert figures.cascade.escalated == pytest.approx(0.1)
    assert figures.cascade.saved == pytest.approx(0.9)
    assert figures.cascade.left_to_human == 0
    assert figures.cascade.accuracy == pytest.approx(0.8)


def test_a_judge_of_places_has_no_kappa_to_speak_of(recordings: Recordings) -> None:
    by_judge = {each.judge: each for each in figures_of(recordings, "Plain").judges}
    falcon, strong = by_judge["Falcon"], by_judge["GPT-4"]
    assert falcon.kappa is not None
    assert strong.kappa is not None
    assert falcon.first_position == 1
    assert falcon.kappa.value == pytest.approx(0)
    assert strong.kappa.value == pytest.approx(0.8)


@pytest.mark.parametrize(
    ("text", "read", "recorded", "said"),
    [
        ("Output (b) is better.", SECOND, None, "recorded without a winner"),
        ("Output (b) is better.\n\nOutput (a) rambles.", SECOND, FIRST, "recorded what a line begins with"),
        ("Both are fine.", None, FIRST, "no clear verdict"),
        ("Output (a) names the", None, FIRST, "cut off"),
        ("So Output (b) is better.", SECOND, FIRST, "unexplained"),
    ],
)
def test_a_disagreement_with_the_recording_is_explained(
    text: str, read: Shown | None, recorded: Shown | None, said: str
) -> None:
    assert explanation(text, read, recorded) == said


def test_prose_is_read_anew_and_every_difference_listed(tmp_path: Path) -> None:
    files = everything()
    files[COMPLETIONS][4] = completion(4, ab="Output (b) is better.\n\nOutput (a) is short.")
    files[COMPLETIONS][5] = completion(5, ab="It depends.")
    (figures,) = prose_figures(read_recordings(written(tmp_path, files)))
    assert (figures.completions, figures.parsed) == (120, 119)
    assert [(each.item_id, each.order, each.explanation) for each in figures.disagreements] == [
        ("item-004", "ab", "recorded what a line begins with"),
        ("item-005", "ab", "no clear verdict"),
    ]
    assert figures.recorded_consistency is not None
    assert figures.read_consistency is not None
    assert figures.read_consistency.value < figures.recorded_consistency.value == 1
