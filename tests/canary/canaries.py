"""Keys that can be told from every other byte: each begins and ends with a mark that all keys of one run share."""

import string
from dataclasses import dataclass
from random import Random
from typing import Self

MARK_CHARACTERS = 24
SPECIALS = "\"\\/+%&<>?~'"
"""A key may hold any visible ASCII; these are what JSON, URLs and both base64 alphabets write differently."""
_PLAIN = string.ascii_letters + string.digits


@dataclass(frozen=True)
class Marks:
    """So a dozen needles find all keys, also one that was cut or masked in the middle."""

    head: str
    tail: str

    @classmethod
    def made(cls, random: Random) -> Self:
        return cls(head="sk-" + _plain(random, MARK_CHARACTERS - 3), tail=_plain(random, MARK_CHARACTERS))

    def key(self, random: Random) -> str:
        return self.head + _plain(random, 12) + SPECIALS + _plain(random, 12) + self.tail


def _plain(random: Random, length: int) -> str:
    return "".join(random.choices(_PLAIN, k=length))
