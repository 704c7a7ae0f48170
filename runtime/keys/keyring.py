"""The private sealing keys of one stage: read when first needed, kept in memory, read again for an unknown kid."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import structlog
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from config.naming import Names
from config.topology import Stage
from runtime.contracts.unavailable import Unavailable
from runtime.keys.ports import KeyUnreadable
from runtime.keys.sealing_secret import SecretUnusable, read_secret, unwrap

log = structlog.get_logger()

READ_AGAIN_SECONDS = 30
"""Between two reads for unknown kids; Secrets Manager charges by the call."""

SEALING_KEYS = "sealing-keys"


class Keyring:
    """Holds the current key and the one before it: what was sealed just before a rotation still opens."""

    def __init__(
        self,
        *,
        stage: Stage,
        names: Names,
        secrets: Any,
        kms: Any,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stage = stage
        self._secret_name = names.sealing_secret(stage)
        self._secrets = secrets
        self._kms = kms
        self._monotonic = monotonic
        self._private_keys: dict[str, X25519PrivateKey] = {}
        self._missing: set[str] = set()
        """Kids that a read did not bring."""
        self._read_at: float | None = None
        self._reading: asyncio.Task[None] | None = None

    async def private_key(self, kid: str) -> X25519PrivateKey:
        """Raises KeyUnreadable where the key pair is gone, Unavailable where that cannot be told now."""
        if kid not in self._private_keys and self._may_read():
            await self._read_once()
            if kid not in self._private_keys:
                self._missing.add(kid)
        if kid in self._private_keys:
            return self._private_keys[kid]
        if kid in self._missing:
            raise KeyUnreadable
        # It may have been made since the last read: the message is released and asks again.
        raise Unavailable(SEALING_KEYS)

    def _may_read(self) -> bool:
        return self._read_at is None or self._monotonic() - self._read_at >= READ_AGAIN_SECONDS

    async def _read_once(self) -> None:
        """One read for all who wait; a cancelled one of them does not stop it."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read())
        await asyncio.shield(self._reading)

    async def _read(self) -> None:
        try:
            current = await self._read_version("AWSCURRENT")
            previous = await self._read_version("AWSPREVIOUS") if current else {}
            self._read_at = self._monotonic()
            if not current:
                # Not yet made, or broken: nothing can be said about a kid.
                raise Unavailable(SEALING_KEYS)
            # What the secret no longer holds is forgotten here too: a destroyed key must open nothing.
            self._private_keys = current | previous
        finally:
            self._reading = None

    async def _read_version(self, version_stage: str) -> dict[str, X25519PrivateKey]:
        try:
            secret = await read_secret(self._secrets, name=self._secret_name, version_stage=version_stage)
            if secret is None:
                return {}
            known = self._private_keys.get(secret.kid)
            return {secret.kid: known or await unwrap(self._kms, stage=self._stage, secret=secret)}
        except SecretUnusable:
            log.error(  # noqa: TRY400 - a traceback may show the secret
                "sealing_secret_unusable", stage=self._stage, version=version_stage, next_step="rotate the sealing key"
            )
            return {}
