"""`GET /v1/sealing-keys`: the public keys, for a client that seals its provider keys itself. See docs/sealing.md."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request
from pydantic import Field

from config.base import Frozen
from config.limits import Limits
from runtime.contracts.unavailable import Unavailable
from runtime.gateway.callers import CallersRoute, Who
from runtime.gateway.endpoints import PROBLEM, REFUSED
from runtime.keys.keyset import SealingPublicKey
from runtime.keys.ports import SEALING_KEYS
from runtime.keys.published_keys import PublishedKeys
from runtime.keys.sealing import VERSION

router = APIRouter(prefix="/v1", tags=["provider keys"], route_class=CallersRoute, responses=REFUSED)


class Algorithm(Frozen):
    """HPKE (RFC 9180) in base mode, one message an encapsulation, no `aad`; by name and number of its registry."""

    kem: Literal["DHKEM(X25519, HKDF-SHA256)"] = "DHKEM(X25519, HKDF-SHA256)"
    kem_id: Literal[32] = 32
    kdf: Literal["HKDF-SHA256"] = "HKDF-SHA256"
    kdf_id: Literal[1] = 1
    aead: Literal["AES-256-GCM"] = "AES-256-GCM"
    aead_id: Literal[2] = 2


class SealingKeysOut(Frozen):
    object: Literal["sealing_keys"] = "sealing_keys"
    tenant: str = Field(description="Yours: it is part of `info` and of the evaluation's id")
    algorithm: Algorithm = Algorithm()
    version: str = Field(default=VERSION, description="Of a seal's form (docs/sealing.md): the first line of `info`")
    longest_seal_seconds: int = Field(description="A seal must expire within this time")
    keys: tuple[SealingPublicKey, ...] = Field(description="Seal with the newest of a stage that has begun")
    signed_keyset: str = Field(description="The same keys as JSON: the text that is signed")
    signature: str = Field(description="ECDSA P-256 with SHA-256 over `signed_keyset`, DER, base64")


@dataclass(frozen=True, kw_only=True)
class ShowSealingKeys:
    published: PublishedKeys
    now: Callable[[], datetime]
    limits: Callable[[], Limits]

    def show(self, *, tenant: str) -> SealingKeysOut:
        """Raises Unavailable where there is nothing to seal with."""
        keyset, signed = self.published.keyset(), self.published.signed()
        if not any(keyset.open_at(self.now())):
            raise Unavailable(SEALING_KEYS)
        return SealingKeysOut(
            tenant=tenant,
            longest_seal_seconds=self.limits().longest_seal_seconds,
            keys=keyset.keys,
            signed_keyset=signed.keyset,
            signature=signed.signature,
        )


async def sealing_keys(request: Request) -> ShowSealingKeys:
    here: ShowSealingKeys = request.state.sealing_keys
    return here


@router.get("/sealing-keys", summary="The public keys to seal provider keys with", responses={503: PROBLEM})
async def get_sealing_keys(here: Annotated[ShowSealingKeys, Depends(sealing_keys)], who: Who) -> SealingKeysOut:
    """With them a client seals its provider keys itself, and the gateway never sees one."""
    return here.show(tenant=who.tenant)
