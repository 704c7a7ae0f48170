"""A provider key that its owner has sealed: one header value, `v1.{nonce}.{expiry}.{kid}.{ciphertext}`."""

import base64
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from config.limits import SEAL_TOLERANCE_SECONDS, Limits
from config.topology import Provider, Stage
from runtime.contracts.messages import SealedKey
from runtime.keys.header import KEY_MAX_LENGTH
from runtime.keys.keyset import Keyset
from runtime.keys.kid import Kid
from runtime.keys.sealing import ENCAPSULATION_BYTES, PADDED_BYTES, TAG_BYTES

MAX_LENGTH = 2048
FORM = re.compile(r"v1\.([0-9a-f-]{36})\.(\d{1,10})\.([A-Za-z0-9-]{1,64})\.([A-Za-z0-9_-]+)={0,2}", re.ASCII)
OVERHEAD = ENCAPSULATION_BYTES + TAG_BYTES
SIZES = frozenset(OVERHEAD + size for size in range(PADDED_BYTES, KEY_MAX_LENGTH + 1 + PADDED_BYTES, PADDED_BYTES))
"""Of what is sealed, in bytes: a key of at most 512 characters, padded."""
TOLERANCE = timedelta(seconds=SEAL_TOLERANCE_SECONDS)


@dataclass(frozen=True)
class ClientSeal:
    nonce: UUID
    """Chosen by the client, once for each evaluation; with the tenant it makes the evaluation's id."""
    expires_at: datetime
    kid: Kid
    ciphertext: str
    """Base64."""


@dataclass(frozen=True, kw_only=True)
class ClientSeals:
    """Refuses at once what its stage could not open later, as far as that can be told without the private key."""

    keyset: Callable[[], Keyset]
    now: Callable[[], datetime]
    limits: Callable[[], Limits]

    def take(self, seal: ClientSeal, *, stage: Stage, provider: Provider) -> SealedKey:
        """Raises ValueError with a message for a person, Unavailable where no public keys are known."""
        now, longest = self.now(), self.limits().longest_seal_seconds
        public = self.keyset().named(str(seal.kid))
        if seal.kid.stage is not stage:
            raise ValueError(f"This is sealed for the {seal.kid.stage} stage: seal it for the {stage} stage.")
        if public is None or now >= public.seal_until + TOLERANCE:
            raise ValueError("This is sealed for an unknown or past key pair: get /v1/sealing-keys and seal again.")
        if seal.expires_at <= now:
            raise ValueError("This sealed key has expired: seal it again.")
        if seal.expires_at > now + timedelta(seconds=longest):
            raise ValueError(f"This sealed key would live too long: let it expire within {longest} seconds.")
        return SealedKey(
            kid=str(seal.kid), stage=stage, provider=provider, expires_at=seal.expires_at, ciphertext=seal.ciphertext
        )


def parse_client_seal(value: str) -> ClientSeal:
    """Raises ValueError with a message for a person; the value stays out of it."""
    if len(value) > MAX_LENGTH:
        raise ValueError(f"This is too long for a sealed key: at most {MAX_LENGTH} characters.")
    found = FORM.fullmatch(value.strip(" \t"))
    if found is None:
        raise ValueError("This is no sealed key: expected v1.NONCE.EXPIRY.KID.CIPHERTEXT, see /docs.")
    nonce, expiry, kid, ciphertext = found.groups()
    try:
        return ClientSeal(UUID(nonce), datetime.fromtimestamp(int(expiry), UTC), Kid.parse(kid), _standard(ciphertext))
    except ValueError:
        raise ValueError("A part of this sealed key is damaged: nonce, kid, or base64url ciphertext.") from None


def request_id_for(nonce: UUID, tenant: str) -> UUID:
    """UUIDv5: no tenant can take or meet the id of another's evaluation, whatever nonce it chooses."""
    return uuid.uuid5(nonce, tenant)


def _standard(ciphertext: str) -> str:
    raw = base64.b64decode(ciphertext + "=" * (-len(ciphertext) % 4), altchars=b"-_", validate=True)
    if len(raw) not in SIZES:
        raise ValueError("not the size of a sealed key")
    return base64.b64encode(raw).decode()
