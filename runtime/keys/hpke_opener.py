"""A stage's side: opens what was sealed for it, or says why it cannot."""

import base64
import binascii
from collections.abc import Callable
from datetime import datetime

from cryptography.exceptions import InvalidTag
from pydantic import SecretStr

from config.topology import Stage
from runtime.contracts.messages import SealedKey
from runtime.keys.keyring import Keyring
from runtime.keys.ports import KeyBinding, KeyExpired, KeyUnreadable
from runtime.keys.sealing import CLOCK_TOLERANCE, SUITE, bound_to, unpad


class HpkeOpener:
    def __init__(self, *, stage: Stage, keyring: Keyring, now: Callable[[], datetime]) -> None:
        self._stage = stage
        self._keyring = keyring
        self._now = now

    async def open(self, sealed: SealedKey, *, binding: KeyBinding) -> SecretStr:
        if sealed.stage is not self._stage:
            raise KeyUnreadable
        if self._now() > sealed.expires_at + CLOCK_TOLERANCE:
            raise KeyExpired
        private_key = await self._keyring.private_key(sealed.kid)
        info = bound_to(
            kid=sealed.kid,
            stage=sealed.stage,
            provider=sealed.provider,
            binding=binding,
            expires_at=sealed.expires_at,
        )
        try:
            padded = SUITE.decrypt(base64.b64decode(sealed.ciphertext, validate=True), private_key, info)
            return SecretStr(unpad(padded).decode())
        except (InvalidTag, binascii.Error, ValueError):
            raise KeyUnreadable from None
