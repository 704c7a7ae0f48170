"""A key id says for which stage and epoch a key pair is, and which public key it has."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from config.topology import Stage
from runtime.keys.epochs import start_of

FORM = re.compile(rf"({'|'.join(Stage)})-(\d{{8}}T\d{{6}}Z)-([0-9a-f]{{16}})", re.ASCII)
FINGERPRINT_BYTES = 8


@dataclass(frozen=True)
class Kid:
    stage: Stage
    epoch: str
    fingerprint: str
    """The first eight bytes of the public key's SHA-256, in hex."""

    @classmethod
    def of(cls, stage: Stage, epoch: str, public_key: bytes) -> Self:
        return cls(stage, epoch, hashlib.sha256(public_key).digest()[:FINGERPRINT_BYTES].hex())

    @classmethod
    def parse(cls, text: str) -> Self:
        """Raises ValueError for what cannot be a key id."""
        found = FORM.fullmatch(text)
        if found is None:
            raise ValueError("no key id")
        start_of(found[2])
        return cls(Stage(found[1]), found[2], found[3])

    @property
    def not_before(self) -> datetime:
        return start_of(self.epoch)

    def __str__(self) -> str:
        return f"{self.stage}-{self.epoch}-{self.fingerprint}"
