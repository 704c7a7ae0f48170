"""The names of what is kept in Redis."""

from config.naming import REQUEST_KEY_PREFIX
from runtime.contracts.states import IdempotencyClaim

UNPUBLISHED_KEY = "unpublished"
"""The requests that are CREATED only, by the second of their creation: the sweeper looks here."""


def record_key(request_id: str) -> str:
    return f"{REQUEST_KEY_PREFIX}{request_id}"


def open_key(tenant: str) -> str:
    return f"open:{tenant}"


def claim_key(tenant: str, claim: IdempotencyClaim) -> str:
    """The hash has a fixed length, so no tenant's name can reach into another's claims."""
    return f"idempotency:{tenant}:{claim.key_hash}"


def state_keys(request_id: str, tenant: str) -> list[str]:
    return [record_key(request_id), open_key(tenant), UNPUBLISHED_KEY]


def bucket_key(tenant: str) -> str:
    return f"bucket:{tenant}"


def quota_key(tenant: str) -> str:
    return f"quota:{tenant}"
