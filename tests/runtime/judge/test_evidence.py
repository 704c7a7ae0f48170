"""What a judge quotes stands in the answer, or it is no evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.judge.evidence import check_against

ANSWER = "The capital of France is “Paris” – it's   on\nthe Seine, and <b>large</b>."  # noqa: RUF001


def stands_in(quoted: str, text: str) -> bool:
    return check_against(text)(quoted)


@pytest.mark.parametrize(
    "quoted",
    [
        "",
        " ",
        "The capital of France",
        "the CAPITAL of france",
        "on the Seine",
        "on   the\tSeine",
        'is "Paris" - it’s on',  # noqa: RUF001
        '"Paris"',
        "'capital of France'",
        "“The capital”",
        "The capital … Paris … Seine",
        "The capital ... large",
        "France […] Seine",
        "France (...) Seine",
        "...the Seine...",
        "…",
        "<b>large</b>",
        "Fra\u200bnce",
        "\u00a0Seine\u00a0",
    ],
)
def test_the_same_words_in_another_form_stand_in_it(quoted: str) -> None:
    assert stands_in(quoted, ANSWER)


@pytest.mark.parametrize(
    "quoted",
    [
        "London",
        "The capital of France is London",
        "Paris is the capital",
        "Seine … Paris",
        "Paris … Paris",
        "Paris … London",
        "The answer names no city.",
        "capital France",
        "capitaloffrance",
    ],
)
def test_other_words_or_another_order_do_not(quoted: str) -> None:
    assert not stands_in(quoted, ANSWER)


def test_nothing_but_an_empty_quotation_stands_in_an_empty_answer() -> None:
    assert stands_in("", "")
    assert not stands_in("Paris", "")


@pytest.mark.parametrize(("quoted", "text"), [("&lt;data-1>", "see <data-1>"), ("<data-1>", "see <data-1>")])
def test_what_the_fence_has_changed_may_be_quoted_either_way(quoted: str, text: str) -> None:
    assert stands_in(quoted, text)


def test_a_character_that_the_prompt_replaced_may_be_quoted_as_it_was_shown() -> None:
    assert stands_in("a\ufffdb", "a\0b")


@given(before=st.text(), words=st.text(), after=st.text())
def test_every_piece_of_a_text_of_whole_words_stands_in_it(before: str, words: str, after: str) -> None:
    assert stands_in(words, f"{before} {words} {after}")


@given(st.text(st.characters(categories=("L", "N", "P", "Z"))), st.sampled_from(["zebra", "zebra … quagga"]))
def test_words_that_are_not_there_are_never_found(text: str, made_up: str) -> None:
    assert stands_in(made_up, text) is False or "zebra" in text.casefold()
