"""The form of a sealed key that both sides agree on: cipher suite, what it is bound to, padding."""

import json
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from config.topology import Provider, Stage
from runtime.keys.ports import KeyBinding, KeyUnreadable

VERSION = 1
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
"""RFC 9180, base mode, one message per encapsulation."""

CLOCK_TOLERANCE = timedelta(minutes=2)
PADDED_BYTES = 256
"""A key's length names its provider and kind; most keys of today pad to one and the same size."""
END = b"\x80"


def bound_to(*, kid: str, stage: Stage, provider: Provider, binding: KeyBinding, expires_at: datetime) -> bytes:
    """HPKE's `info`: a JSON array, so that no two different bindings share a form."""
    expiry = expires_at.astimezone(UTC).isoformat()
    return json.dumps([VERSION, kid, stage, provider, str(binding.request_id), binding.tenant, expiry]).encode()


def pad(plaintext: bytes) -> bytes:
    """ISO/IEC 7816-4: a mark, then zeros."""
    marked = plaintext + END
    return marked.ljust(-(-len(marked) // PADDED_BYTES) * PADDED_BYTES, b"\0")


def unpad(padded: bytes) -> bytes:
    plaintext, end, zeros = padded.rpartition(END)
    if not end or zeros.strip(b"\0"):
        raise KeyUnreadable
    return plaintext
