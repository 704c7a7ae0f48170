"""Our own API keys: `ljk_`, 43 random characters (256 bits) and a checksum, by which a typo is told from a stranger."""

import hashlib
import re
import secrets
import string
import zlib

PREFIX = "ljk_"
_ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM_LENGTH = 43
_CHECKSUM_LENGTH = 6
"""A CRC-32 in base 62: enough against a slip of the hand, and no secret."""
KEY_LENGTH = len(PREFIX) + _RANDOM_LENGTH + _CHECKSUM_LENGTH
_FORM = re.compile(rf"{PREFIX}[0-9A-Za-z]{{{_RANDOM_LENGTH + _CHECKSUM_LENGTH}}}")


def new_api_key() -> str:
    random = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_LENGTH))
    return PREFIX + random + _checksum(random)


def is_api_key(text: str) -> bool:
    """Whether it could be one of ours, whole and without a typo."""
    if _FORM.fullmatch(text) is None:
        return False
    random, checksum = text[len(PREFIX) : -_CHECKSUM_LENGTH], text[-_CHECKSUM_LENGTH:]
    return checksum == _checksum(random)


def hash_api_key(key: str) -> str:
    """What is kept of it. A plain SHA-256 suffices: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(key.encode()).hexdigest()


def _checksum(text: str) -> str:
    rest, digits = zlib.crc32(text.encode()), ""
    for _ in range(_CHECKSUM_LENGTH):
        rest, digit = divmod(rest, len(_ALPHABET))
        digits = _ALPHABET[digit] + digits
    return digits
