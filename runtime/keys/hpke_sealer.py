"""The gateway's side: seals a provider key so that only its stage opens it, for its request, for its time."""

import base64
from collections.abc import Callable, Mapping
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from pydantic import SecretStr

from config.runtime_document import SealingPublicKey
from config.topology import Provider, Stage
from runtime.contracts.messages import SealedKey
from runtime.contracts.unavailable import Unavailable
from runtime.keys.ports import KeyBinding
from runtime.keys.sealing import SUITE, bound_to, pad


class HpkeSealer:
    """`public_keys` is asked for each seal, as the runtime document may change."""

    def __init__(self, *, public_keys: Callable[[], Mapping[Stage, SealingPublicKey]]) -> None:
        self._public_keys = public_keys

    def seal(
        self, key: SecretStr, *, stage: Stage, provider: Provider, binding: KeyBinding, expires_at: datetime
    ) -> SealedKey:
        """Raises Unavailable where the document has no usable public key for the stage."""
        try:
            public = self._public_keys()[stage]
            recipient = X25519PublicKey.from_public_bytes(base64.b64decode(public.public_key, validate=True))
        except (KeyError, ValueError):
            raise Unavailable("sealing-keys") from None
        info = bound_to(kid=public.kid, stage=stage, provider=provider, binding=binding, expires_at=expires_at)
        ciphertext = SUITE.encrypt(pad(key.get_secret_value().encode()), recipient, info)
        return SealedKey(
            kid=public.kid,
            stage=stage,
            provider=provider,
            expires_at=expires_at,
            ciphertext=base64.b64encode(ciphertext).decode(),
        )
