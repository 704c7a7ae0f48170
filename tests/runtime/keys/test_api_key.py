import re

from hypothesis import given
from hypothesis import strategies as st

from runtime.keys.api_key import KEY_LENGTH, hash_api_key, is_api_key, new_api_key


def test_a_new_key_has_the_form_that_a_scanner_of_leaked_keys_looks_for() -> None:
    key = new_api_key()
    assert re.fullmatch(r"ljk_[0-9A-Za-z]{49}", key)
    assert len(key) == KEY_LENGTH
    assert is_api_key(key)


def test_no_two_keys_are_the_same() -> None:
    assert len({new_api_key() for _ in range(1000)}) == 1000


@given(st.integers(0, KEY_LENGTH - 1), st.characters())
def test_one_wrong_character_makes_it_no_key(place: int, character: str) -> None:
    key = new_api_key()
    typo = key[:place] + character + key[place + 1 :]
    assert is_api_key(typo) is (typo == key)


@given(st.integers(0, KEY_LENGTH - 2))
def test_two_characters_in_the_wrong_order_make_it_no_key(place: int) -> None:
    key = new_api_key()
    swapped = key[:place] + key[place + 1] + key[place] + key[place + 2 :]
    assert is_api_key(swapped) is (swapped == key)


@given(st.text(max_size=80))
def test_any_other_text_is_no_key(text: str) -> None:
    assert not is_api_key(text)


def test_a_key_is_kept_as_its_sha256() -> None:
    assert hash_api_key("ljk_") == "8b30fe931adab30c5426751cbe9f7ea4ee02663702b92a6da70b630b5eeb76ef"
