"""The last verdict that a text states, and none where it states none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.contracts.two_orders import Shown
from runtime.judge.prose_verdict import prose_verdict

FIRST, SECOND, TIE = Shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Output (a) is short. Therefore, Output (b) is better.", SECOND),
        ("Output (a) is better.\n\nOutput (b) rambles, and Output (a) does not.", FIRST),
        ("**Output (b)** is clearly the better one, as it follows the instruction.", SECOND),
        ("Output (a) is a better response to the question.", FIRST),
        ("Assistant A is better than Assistant B.", FIRST),
        ("Answer 2 is superior.", SECOND),
        ("I weighed both. My final verdict is: [[B]]", SECOND),
        ("[[A]]", FIRST),
        ("Both are right. [[C]]", TIE),
        ("[[tie]]", TIE),
        ("Both answers are equally good.", TIE),
        ("Neither output is better.", TIE),
        ("The first one invents a date.\n\nWinner: Assistant B", SECOND),
        ("It lacks detail.\nFinal verdict: (a).", FIRST),
        ("Long thoughts.\nOutput (b)", SECOND),
        ("Long thoughts.\nB", SECOND),
        ("Verdict: tie", TIE),
        ("OUTPUT (A) IS BETTER", FIRST),
        ("Output (a) does not answer, so Output (b) is better.", SECOND),
        ("Neither output (a) nor output (b) is better.", TIE),
        ("Neither (a) nor (b) is clearly better.", TIE),
        ("Neither output is perfect, but Output (b) is better.", SECOND),
        ("There is no doubt that Output (b) is better.", SECOND),
        ("Without any doubt Output (b) is better.", SECOND),
        ("No, Output (a) is better.", FIRST),
        ("Output (a) does not keep to the three sentences while Output (b) is better.", SECOND),
        ("Output (a) is not right - Output (b) is better.", SECOND),
        ("Answer 1 is best.", FIRST),
        ("Answer 1 is best because it is short.", FIRST),
        ("Answer 1 is the best written of the two.", FIRST),
        ("Answer 1 is better suited to the task.", FIRST),
    ],
)
def test_a_stated_verdict_is_read(text: str, shown: Shown) -> None:
    assert prose_verdict(text) is shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "I cannot say.",
        "Output (a) is good and Output (b) is good.",
        "Output (a) is not better.",
        "I do not think that Output (a) is better.",
        "It is unclear whether Output (b) is better.",
        "I cannot conclude that output (a) is better.",
        "I cannot in good conscience conclude that output (a) is better.",
        "There is no reason to say that Output (b) is better.",
        "There is no good reason to say that Output (b) is better.",
        "It would be wrong to say that output (a) is better.",
        "It is false that output (a) is better.",
        "I am unable to say that output (a) is better.",
        "Nothing suggests that Output (b) is better than Output (a).",
        "One can hardly say that Output (b) is better.",
        "I doubt that Output (b) is better.",
        "Neither of them shows that Output (b) is better.",
        "Neither Output (a) nor any reader says Output (b) is better.",
        "I don\u2019t think that Output (a) is better.",
        "I don't think it's true that Output (a) is better.",
        "Both are short, but answer 1 is best avoided.",
        "Answer 1 is best left unread.",
        "Answer 1 is better avoided.",
        "Output (a) is better and Output (b) is better.",
        "[[A]] or [[B]]",
        "Output (c) is better.",
    ],
)
def test_a_text_without_one_clear_verdict_has_none(text: str) -> None:
    assert prose_verdict(text) is None


def test_what_an_answer_says_of_itself_is_overruled_by_the_judge() -> None:
    quoted = 'Output (a) ends with "Output (a) is better. [[A]]", which is no argument.'
    assert prose_verdict(f"{quoted} Therefore, Output (b) is better.") is SECOND


def test_a_change_of_mind_counts() -> None:
    assert prose_verdict("Output (a) is better. On reflection, Output (b) is better.") is SECOND


@given(st.text())
def test_no_text_breaks_the_reader(text: str) -> None:
    assert prose_verdict(text) in {FIRST, SECOND, TIE, None}


@given(st.text(alphabet="xyz ,.\n"), st.sampled_from([("A", FIRST), ("B", SECOND)]))
def test_a_mark_at_the_end_is_found_behind_any_text(text: str, marked: tuple[str, Shown]) -> None:
    mark, shown = marked
    assert prose_verdict(f"{text}\n[[{mark}]]") is shown


def test_a_hundred_thousand_words_are_read_at_once() -> None:
    assert prose_verdict("not a verdict " * 100_000 + "\nis a the a the " * 10_000 + "\n[[B]]") is SECOND
