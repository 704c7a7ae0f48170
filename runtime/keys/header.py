"""What can be a provider key at all, before it is sealed and once it is opened: visible ASCII of a bounded length."""

import re

from pydantic import SecretStr

KEY_MAX_LENGTH = 512
KEY = re.compile(rf"[!-~]{{1,{KEY_MAX_LENGTH}}}")
"""Anything else cannot stand in a header, and would look like a connection error."""


def parse_key(value: str) -> SecretStr:
    """Raises ValueError with a message for a person; the value stays out of it."""
    stripped = value.strip(" \t")
    if not stripped:
        raise ValueError("The key is empty: send the key itself, or leave the header out.")
    if not KEY.fullmatch(stripped):
        raise ValueError(
            f"This cannot be a key: expected 1 to {KEY_MAX_LENGTH} visible ASCII characters without spaces."
        )
    return SecretStr(stripped)
