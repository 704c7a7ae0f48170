"""The public sealing keys as they are published: every pair that is or will be sealed with, signed by the rotation."""

import base64
from collections.abc import Iterator
from datetime import datetime
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pydantic import AwareDatetime, Field, model_validator

from config.base import Frozen
from config.topology import Stage
from runtime.keys.kid import FORM, Kid


class NotGenuine(Exception):
    """Not signed by the rotation, or signed and yet no keyset."""


class SealingPublicKey(Frozen):
    """One key pair's public half. It is sealed with from `not_before` until before `seal_until`."""

    kid: str = Field(pattern=f"^{FORM.pattern}$")
    stage: Stage
    public_key: str
    """X25519, 32 raw bytes, base64."""
    not_before: AwareDatetime
    seal_until: AwareDatetime

    @model_validator(mode="after")
    def _named_after_its_key(self) -> Self:
        raw = base64.b64decode(self.public_key, validate=True)
        X25519PublicKey.from_public_bytes(raw)
        if str(Kid.of(self.stage, Kid.parse(self.kid).epoch, raw)) != self.kid:
            raise ValueError("the kid is that of another key")
        return self

    @property
    def key(self) -> X25519PublicKey:
        return X25519PublicKey.from_public_bytes(base64.b64decode(self.public_key))


class Keyset(Frozen):
    keys: tuple[SealingPublicKey, ...] = Field(max_length=64)

    def usable(self, stage: Stage, *, now: datetime) -> SealingPublicKey | None:
        """The newest of the stage that may be sealed with now."""
        usable = [key for key in self.open_at(now) if key.stage is stage]
        return max(usable, key=lambda key: key.not_before, default=None)

    def open_at(self, now: datetime) -> Iterator[SealingPublicKey]:
        return (key for key in self.keys if key.not_before <= now < key.seal_until)

    def named(self, kid: str) -> SealingPublicKey | None:
        return next((key for key in self.keys if key.kid == kid), None)


class SignedKeyset(Frozen):
    """The secret's JSON, and what a client that trusts nobody in between verifies."""

    keyset: str
    """A Keyset's JSON: the text that is signed, to the byte."""
    signature: str
    """ECDSA with SHA-256 on P-256, DER, base64."""

    def verified(self, verify_key: str) -> Keyset:
        """Raises NotGenuine. `verify_key`: SubjectPublicKeyInfo in DER, base64."""
        try:
            key = load_der_public_key(base64.b64decode(verify_key, validate=True))
            if not isinstance(key, EllipticCurvePublicKey):
                raise NotGenuine
            key.verify(base64.b64decode(self.signature, validate=True), self.keyset.encode(), ECDSA(SHA256()))
            return Keyset.model_validate_json(self.keyset)
        except (InvalidSignature, UnsupportedAlgorithm, ValueError):
            raise NotGenuine from None
