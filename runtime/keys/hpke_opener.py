"""A stage's side: opens what was sealed for it, or says why it cannot."""

import base64
from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from pydantic import SecretStr

from config.limits import SEAL_TOLERANCE_SECONDS
from config.topology import Stage
from runtime.contracts.messages import SealedKey
from runtime.keys.keyring import Keyring
from runtime.keys.ports import KeyBinding, KeyExpired, KeyUnreadable
from runtime.keys.sealing import SUITE, bound_to, unpad

TOLERANCE = timedelta(seconds=SEAL_TOLERANCE_SECONDS)


class HpkeOpener:
    def __init__(self, *, stage: Stage, keyring: Keyring, now: Callable[[], datetime]) -> None:
        self._stage = stage
        self._keyring = keyring
        self._now = now

    async def open(self, sealed: SealedKey, *, binding: KeyBinding) -> SecretStr:
        if sealed.stage is not self._stage or sealed.expires_at.microsecond:
            raise KeyUnreadable
        if self._now() > sealed.expires_at + TOLERANCE:
            raise KeyExpired
        private_key = await self._keyring.private_key(sealed.kid)
        try:
            info = bound_to(
                kid=sealed.kid,
                stage=sealed.stage,
                provider=sealed.provider,
                binding=binding,
                expires_at=sealed.expires_at,
            )
            padded = SUITE.decrypt(base64.b64decode(sealed.ciphertext, validate=True), private_key, info)
            return SecretStr(unpad(padded).decode())
        except (InvalidTag, ValueError):
            raise KeyUnreadable from None
