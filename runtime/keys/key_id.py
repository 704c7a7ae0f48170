"""The name under which a provider key is counted: it tells keys apart and leads to none."""

import hashlib

from pydantic import SecretStr

DOMAIN = b"llm-judge/key-id/v1\x00"
"""So that this hash of a key is nobody else's hash of it."""
HEX_DIGITS = 16


def key_id(key: SecretStr) -> str:
    """64 bits of SHA-256: enough to tell keys apart, too few to be worth anything. See docs/decisions/0021."""
    return hashlib.sha256(DOMAIN + key.get_secret_value().strip().encode()).hexdigest()[:HEX_DIGITS]
