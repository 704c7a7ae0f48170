"""Where the evaluation API is reached from outside of the cluster."""

from ipaddress import IPv4Network

from pydantic import Field

from config.base import Frozen


class PublicEndpoint(Frozen):
    domain: str = Field(pattern=r"^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$")
    """The name that the load balancer answers to; yours."""
    certificate_arn: str | None = Field(default=None, pattern=r"^arn:aws:acm:")
    """None: the load balancer's controller finds the certificate in ACM by the domain."""
    allowed_cidrs: tuple[IPv4Network, ...] = Field(default=(IPv4Network("0.0.0.0/0"),), min_length=1)
    idle_timeout_seconds: int = Field(default=120, ge=60)
    """Without a byte in either direction; above the longest `Prefer: wait` and any heartbeat of an event stream."""
    deregistration_seconds: int = Field(default=15, ge=5)
    """A leaving pod serves on for so long: until then the load balancer still sends it requests."""
