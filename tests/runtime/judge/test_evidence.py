"""What a judge quotes stands in the answer, or it is no evidence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.judge.evidence import check_against, evidence_of

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
        "a",
        "p...a...r",
        "Pa … is",
        "is … on … th",
        "7",
    ],
)
def test_other_words_or_another_order_do_not(quoted: str) -> None:
    assert not stands_in(quoted, ANSWER)


@pytest.mark.parametrize(
    ("quoted", "text"),
    [
        ("B", "B"),
        ("b", "The answer is (B)."),
        ("7", "7"),
        ("7", "It is 7%."),
        ("it … 7", "It is 7, not 17."),
        ("x", "x=1"),
        ("=1", "x=1"),
        ("巴黎", "法国的首都是巴黎。"),
        ("法 … 都", "法国的首都是巴黎。"),
        ("да", "ответ: да"),
    ],
)
def test_a_short_quotation_is_a_whole_word(quoted: str, text: str) -> None:
    assert stands_in(quoted, text)


@pytest.mark.parametrize(
    ("quoted", "text"), [("7", "17"), ("7", "71"), ("B", "Both"), ("1", "x_1"), ("7 … 7", "7, 17")]
)
def test_a_short_piece_of_a_word_is_no_quotation(quoted: str, text: str) -> None:
    assert not stands_in(quoted, text)


@pytest.mark.parametrize(
    ("quoted", "text"),
    [
        ("The claim is ... correct", "The claim is incorrect."),
        ("correct", "The claim is incorrect."),
        ("The claim is", "The claim isn't correct."),
        ("102", "17 times 6 is 1024."),
        ("17 times 6 is 102", "17 times 6 is 1024."),
        ("024", "17 times 6 is 1024."),
        ("not ... is ... true", "Nothing is untrue here."),
        ("правда", "Это неправда."),
        ("αληθές", "Είναι αναληθές."),
        ("لكتاب", "هذا الكتاب"),
        ("किता", "यह किताब है"),
        ("ताब", "यह किताब है"),
        ("tokens", "max_tokens"),
        ("not...is...true", "Nothing is untrue here."),
        ("The answ ...", "The answer is 5."),
        ("The answ ... 5", "The answer is 5."),
        ("The answ...5", "The answer is 5."),
        ("...swer is 5", "The answer is 5."),
        ("17 times 6 is 102...", "17 times 6 is 1024."),
    ],
)
def test_the_inside_of_a_word_is_no_quotation(quoted: str, text: str) -> None:
    assert not stands_in(quoted, text)


@pytest.mark.parametrize(
    ("quoted", "text"),
    [
        ("is ... true", "Nothing untrue is here, and this is true."),
        ("102", "1024 is not 102."),
        ("The answ...", "The answer is 5."),
        ("“The answ…”", "The answer is 5."),
        ("The ... answ...", "The right answer is 5."),
        ("The answer...", "The answer is 5."),
        ("...answer is ... 5", "The answer is: 5."),
        ("Paris", "It is _Paris_, __Paris__ or **Paris**."),
        ("init", "the method __init__"),
        ("max_tokens", "Set max_tokens=5."),
        ("France", "France's capital"),
        ("किताब", "यह किताब है"),
        ("Paris", "\u26a0\ufe0fParis"),
        ("\u26a0 Paris", "\u26a0\ufe0f Paris"),
    ],
)
def test_whole_words_are_a_quotation_whatever_stands_beside_them(quoted: str, text: str) -> None:
    assert stands_in(quoted, text)


@pytest.mark.parametrize(
    ("quoted", "text"),
    [
        ("首都", "法国的首都是巴黎。"),
        ("東京です", "首都は東京ですよ。"),
        ("ปารีส", "เมืองหลวงคือปารีสครับ"),
        ("ភ្នំពេញ", "រាជធានីភ្នំពេញ។"),
        ("파리", "수도는 파리입니다."),
        ("Python", "用Python写"),
        ("3", "第3章"),
        ("2024", "2024年"),
    ],
)
def test_a_word_of_a_script_without_spaces_between_words_is_found_among_others(quoted: str, text: str) -> None:
    assert stands_in(quoted, text)


@pytest.mark.parametrize("quoted", ["", "...", '"', "[...]", "\u200b", " … - …", "{}"])
def test_what_names_no_word_is_no_evidence(quoted: str) -> None:
    assert evidence_of(quoted) == ""
    assert stands_in(quoted, ANSWER)


@pytest.mark.parametrize("quoted", ["B", "7", "... Paris ...", "巴"])
def test_evidence_with_a_word_is_kept_as_it_was_written(quoted: str) -> None:
    assert evidence_of(quoted) == quoted


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
