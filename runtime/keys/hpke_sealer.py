"""The gateway's side: seals a provider key so that only its stage opens it, for its request, for its time."""

import base64
from collections.abc import Callable
from datetime import datetime

from pydantic import SecretStr

from config.topology import Provider, Stage
from runtime.contracts.messages import SealedKey
from runtime.contracts.unavailable import Unavailable
from runtime.keys.keyset import Keyset
from runtime.keys.ports import SEALING_KEYS, KeyBinding
from runtime.keys.sealing import SUITE, bound_to, pad


class HpkeSealer:
    """`keyset` is asked for each seal; it raises Unavailable where none was read yet."""

    def __init__(self, *, keyset: Callable[[], Keyset], now: Callable[[], datetime]) -> None:
        self._keyset = keyset
        self._now = now

    def seal(
        self, key: SecretStr, *, stage: Stage, provider: Provider, binding: KeyBinding, expires_at: datetime
    ) -> SealedKey:
        """Raises Unavailable where every known key pair of the stage is over."""
        public = self._keyset().usable(stage, now=self._now())
        if public is None:
            raise Unavailable(SEALING_KEYS)
        # A binding has whole seconds.
        expires_at = expires_at.replace(microsecond=0)
        info = bound_to(kid=public.kid, stage=stage, provider=provider, binding=binding, expires_at=expires_at)
        ciphertext = SUITE.encrypt(pad(key.get_secret_value().encode()), public.key, info)
        return SealedKey(
            kid=public.kid,
            stage=stage,
            provider=provider,
            expires_at=expires_at,
            ciphertext=base64.b64encode(ciphertext).decode(),
        )
