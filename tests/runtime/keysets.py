"""A keyset of the present epoch whose private halves nobody has, for tests that only seal."""

import base64
from datetime import UTC, datetime

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from config.limits import Limits
from config.topology import Stage
from runtime.keys.client_seal import ClientSeals
from runtime.keys.epochs import EpochSchedule
from runtime.keys.hpke_sealer import HpkeSealer
from runtime.keys.keyset import Keyset, SealingPublicKey
from runtime.keys.kid import Kid


def present_keyset() -> Keyset:
    epoch, _ = EpochSchedule.of(Limits()).needed(datetime.now(UTC))
    keys = []
    for stage in Stage:
        public = X25519PrivateKey.generate().public_key().public_bytes_raw()
        keys.append(
            SealingPublicKey(
                kid=str(Kid.of(stage, epoch.name, public)),
                stage=stage,
                public_key=base64.b64encode(public).decode(),
                not_before=epoch.not_before,
                seal_until=epoch.seal_until,
            )
        )
    return Keyset(keys=tuple(keys))


def present_sealer(keyset: Keyset) -> HpkeSealer:
    return HpkeSealer(keyset=lambda: keyset, now=lambda: datetime.now(UTC))


def present_client_seals(keyset: Keyset) -> ClientSeals:
    return ClientSeals(keyset=lambda: keyset, now=lambda: datetime.now(UTC), limits=Limits)
