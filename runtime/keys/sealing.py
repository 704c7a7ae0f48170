"""The form of a sealed key that all sides agree on: cipher suite, what it is bound to, padding. See docs/sealing.md."""

from datetime import datetime

from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from config.topology import Provider, Stage
from runtime.keys.ports import KeyBinding, KeyUnreadable

VERSION = "llm-judge-seal-v1"
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
"""RFC 9180, base mode, one message per encapsulation, without `aad`."""
ENCAPSULATION_BYTES, TAG_BYTES = 32, 16

PADDED_BYTES = 256
"""A key's length names its provider and kind; most keys of today pad to one and the same size."""
END = b"\x80"


def bound_to(*, kid: str, stage: Stage, provider: Provider, binding: KeyBinding, expires_at: datetime) -> bytes:
    """HPKE's `info`: seven lines in UTF-8. Only the last is free text, so no two different bindings share a form."""
    expiry = int(expires_at.timestamp())
    return "\n".join((VERSION, kid, stage, provider, str(binding.request_id), str(expiry), binding.tenant)).encode()


def pad(plaintext: bytes) -> bytes:
    """ISO/IEC 7816-4: a mark, then zeros."""
    marked = plaintext + END
    return marked.ljust(-(-len(marked) // PADDED_BYTES) * PADDED_BYTES, b"\0")


def unpad(padded: bytes) -> bytes:
    plaintext, end, zeros = padded.rpartition(END)
    if not end or zeros.strip(b"\0"):
        raise KeyUnreadable
    return plaintext
