"""The private sealing keys of one stage: each read when first needed, kept in memory until its end, then forgotten."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from config.naming import Names
from config.topology import Stage
from runtime.keys.kid import Kid
from runtime.keys.ports import KeyExpired, KeyUnreadable
from runtime.keys.sealing_secret import SealingSecret, SecretUnusable, read_secret, unwrap

log = structlog.get_logger()

READ_AGAIN_AFTER = timedelta(seconds=30)
"""Between two reads for one kid that is not there; Secrets Manager charges by the call."""


@dataclass(frozen=True)
class Held:
    private_key: X25519PrivateKey
    destroy_after: datetime


@dataclass(frozen=True)
class Missing:
    why: type[KeyUnreadable | KeyExpired]
    read_at: datetime


class Keyring:
    def __init__(self, *, stage: Stage, names: Names, secrets: Any, kms: Any, now: Callable[[], datetime]) -> None:
        self._stage = stage
        self._names = names
        self._secrets = secrets
        self._kms = kms
        self._now = now
        self._held: dict[str, Held] = {}
        self._missing: dict[str, Missing] = {}
        self._reading: dict[str, asyncio.Task[None]] = {}

    async def private_key(self, kid: str) -> X25519PrivateKey:
        """Raises KeyUnreadable for a kid that never was, KeyExpired for one whose pair is destroyed, Unavailable where
        that cannot be told now.
        """
        self._forget()
        if kid not in self._held and kid not in self._missing:
            await self._read_once(kid)
        if kid in self._missing:
            raise self._missing[kid].why
        return self._held[kid].private_key

    def _forget(self) -> None:
        """A destroyed key opens nothing, here neither; and what was missing may have been made since."""
        now = self._now()
        self._held = {kid: held for kid, held in self._held.items() if now <= held.destroy_after}
        self._missing = {kid: gone for kid, gone in self._missing.items() if now - gone.read_at < READ_AGAIN_AFTER}

    async def _read_once(self, kid: str) -> None:
        """One read for all who wait for this kid; a cancelled one of them does not stop it."""
        if kid not in self._reading:
            self._reading[kid] = asyncio.create_task(self._read(kid))
        await asyncio.shield(self._reading[kid])

    async def _read(self, kid: str) -> None:
        try:
            found = await self._find(kid)
            if isinstance(found, Held):
                self._held[kid] = found
            else:
                self._missing[kid] = Missing(found, self._now())
        finally:
            del self._reading[kid]

    async def _find(self, kid: str) -> Held | type[KeyUnreadable | KeyExpired]:
        try:
            named = Kid.parse(kid)
        except ValueError:
            return KeyUnreadable
        if named.stage is not self._stage:
            return KeyUnreadable
        try:
            secret = await read_secret(self._secrets, name=self._names.sealing_secret(self._stage, named.epoch))
            if secret is None:
                # Nobody seals for an epoch that has no pair: one that has begun had it, and it is destroyed.
                return KeyExpired if named.not_before <= self._now() else KeyUnreadable
            return await self._held_by(secret, kid)
        except SecretUnusable:
            next_step = "delete this secret: what was sealed with it is lost, and the rotation makes it again"
            log.error("sealing_secret_unusable", stage=self._stage, kid=kid, next_step=next_step)  # noqa: TRY400 - a traceback may show the secret
            return KeyUnreadable

    async def _held_by(self, secret: SealingSecret, kid: str) -> Held | type[KeyUnreadable | KeyExpired]:
        if secret.public.kid != kid:
            return KeyUnreadable
        if self._now() > secret.destroy_after:
            return KeyExpired
        return Held(await unwrap(self._kms, stage=self._stage, secret=secret), secret.destroy_after)
