"""Sealing without cryptography: the same promises to an honest caller, with the key in plain sight."""

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from config.topology import Provider, Stage
from runtime.contracts.messages import SealedKey
from runtime.keys.ports import KeyBinding, KeyExpired, KeyUnreadable

CLOCK_TOLERANCE = timedelta(minutes=2)


class TransparentSealer:
    def seal(
        self, key: SecretStr, *, stage: Stage, provider: Provider, binding: KeyBinding, expires_at: datetime
    ) -> SealedKey:
        kid = f"{stage}-transparent"
        value = key.get_secret_value()
        content = json.dumps([value, _digest(value, kid, stage, provider, binding, expires_at)])
        return SealedKey(
            kid=kid,
            stage=stage,
            provider=provider,
            expires_at=expires_at,
            ciphertext=base64.b64encode(content.encode()).decode(),
        )


class TransparentOpener:
    def __init__(self, *, stage: Stage, now: Callable[[], datetime]) -> None:
        self._stage = stage
        self._now = now

    async def open(self, sealed: SealedKey, *, binding: KeyBinding) -> SecretStr:
        if sealed.stage is not self._stage:
            raise KeyUnreadable
        if self._now() > sealed.expires_at + CLOCK_TOLERANCE:
            raise KeyExpired
        try:
            value, digest = json.loads(base64.b64decode(sealed.ciphertext, validate=True))
        except (ValueError, TypeError):
            raise KeyUnreadable from None
        if digest != _digest(value, sealed.kid, sealed.stage, sealed.provider, binding, sealed.expires_at):
            raise KeyUnreadable
        return SecretStr(value)


def _digest(*parts: object) -> str:
    clear = [part.astimezone(UTC) if isinstance(part, datetime) else part for part in parts]
    return hashlib.sha256(repr(clear).encode()).hexdigest()
