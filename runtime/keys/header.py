"""What can be a provider key at all, before it is sealed: visible ASCII of a bounded length."""

import re

from pydantic import SecretStr

KEY = re.compile(r"[!-~]{1,512}")


def parse_key(value: str) -> SecretStr:
    """Raises ValueError with a message for a person; the value stays out of it."""
    stripped = value.strip(" \t")
    if not stripped:
        raise ValueError("The key is empty: send the key itself, or leave the header out.")
    if not KEY.fullmatch(stripped):
        raise ValueError("This cannot be a key: expected 1 to 512 visible ASCII characters without spaces.")
    return SecretStr(stripped)
