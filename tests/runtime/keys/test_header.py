import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.keys.header import parse_key


@given(key=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=512))
def test_visible_ascii_is_taken_as_it_is_without_the_blanks_around_it(key: str) -> None:
    assert parse_key(f"\t {key} ").get_secret_value() == key


@pytest.mark.parametrize("value", ["", "   ", "a b", "k\x00", "k\n", "schlüssel", "x" * 513, "\u2028key"])
def test_what_cannot_be_a_key_is_refused_in_words_that_do_not_repeat_it(value: str) -> None:
    with pytest.raises(ValueError, match="key") as refused:
        parse_key(value)
    assert not value.strip() or value not in str(refused.value)


def test_a_parsed_key_does_not_show() -> None:
    assert "canary" not in repr(parse_key("sk-canary"))
