"""Who may use a deployment: its tenants, each with hashed API keys and limits. They travel in the runtime document."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from config.base import Frozen

OPEN_TENANT = "local"
"""Whoever calls a one-machine run without tenants."""

IN_FLIGHT_RETRY_SECONDS = 5
"""Nobody knows when an evaluation ends: a caller with too many of them is told to look again after this."""

ABANDONED_SECONDS = 300
"""For so long past its deadline an evaluation still counts as in flight; what is open then was lost by a disaster."""

TenantName = Annotated[str, StringConstraints(pattern=r"^[a-z](-?[a-z0-9]){1,39}$")]
"""It becomes part of Redis keys and of SNS message groups."""

KeyHash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 of a random 256-bit API key, in hexadecimal: such a key cannot be guessed from its hash."""


class TenantLimits(Frozen):
    requests_per_minute: int = Field(default=600, ge=1, le=60_000)
    burst: int = Field(default=100, ge=1, le=10_000)
    """How many may come at once after a pause."""
    max_in_flight: int = Field(default=500, ge=1, le=100_000)
    """Accepted and not yet ended."""
    requests_per_day: int = Field(default=50_000, ge=1, le=10_000_000)
    """From midnight to midnight, UTC."""


class Tenant(Frozen):
    name: TenantName
    key_hashes: tuple[KeyHash, ...] = Field(min_length=1, max_length=2)
    """The older first. Two only while a key is replaced."""
    disabled: bool = False
    limits: TenantLimits = TenantLimits()


def _are_apart(tenants: tuple[Tenant, ...]) -> tuple[Tenant, ...]:
    names = [tenant.name for tenant in tenants]
    if len(set(names)) != len(names):
        raise ValueError("two tenants have the same name")
    hashes = [key_hash for tenant in tenants for key_hash in tenant.key_hashes]
    if len(set(hashes)) != len(hashes):
        raise ValueError("one key is there twice")
    return tenants


Tenants = Annotated[tuple[Tenant, ...], Field(max_length=1000), AfterValidator(_are_apart)]
"""As many as one AppConfig document, and the template that writes it, carry with ease."""
