"""The name of a key: the same for one key, different for two, and of no use to find it."""

import hashlib
import re

from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from runtime.keys.key_id import key_id

KEYS = st.text(alphabet="abcXYZ019-_", min_size=1, max_size=120)


@given(one=KEYS, other=KEYS)
def test_two_keys_have_two_names_of_sixteen_digits(one: str, other: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", key_id(SecretStr(one)))
    assert (key_id(SecretStr(one)) == key_id(SecretStr(other))) == (one == other)


def test_blanks_around_a_key_are_not_part_of_it() -> None:
    assert key_id(SecretStr(" sk-1\n")) == key_id(SecretStr("sk-1"))


def test_it_is_not_the_hash_that_others_make_of_a_key() -> None:
    assert not hashlib.sha256(b"sk-1").hexdigest().startswith(key_id(SecretStr("sk-1")))
