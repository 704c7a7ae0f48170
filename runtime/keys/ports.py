"""The ports for provider keys: the gateway seals with public keys, a stage opens with its own private key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from pydantic import SecretStr

from config.topology import Provider, Stage
from runtime.contracts.messages import SealedKey

SEALING_KEYS = "sealing-keys"
"""What is unavailable where there is no public key to seal with."""


class KeyUnreadable(Exception):
    """Not sealed for this stage, request, tenant and provider, or damaged, or for a key pair that never was."""


class KeyExpired(Exception):
    """The seal's time is over, or its key pair is destroyed."""


@dataclass(frozen=True)
class KeyBinding:
    """What a sealed key is tied to; it opens only for exactly the same."""

    request_id: UUID
    tenant: str


class KeySealer(Protocol):
    def seal(
        self, key: SecretStr, *, stage: Stage, provider: Provider, binding: KeyBinding, expires_at: datetime
    ) -> SealedKey: ...


class KeyOpener(Protocol):
    async def open(self, sealed: SealedKey, *, binding: KeyBinding) -> SecretStr:
        """Raises KeyUnreadable, KeyExpired, or Unavailable where the private key cannot be fetched."""
        ...
