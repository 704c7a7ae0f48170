"""What a connection has two of: a pod of the cluster, or an address outside of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from tools.connectivity.ports import Protocol


@dataclass(frozen=True)
class Pod:
    namespace: str
    labels: Mapping[str, str]
    namespace_labels: Mapping[str, str]
    named_ports: Mapping[tuple[Protocol, str], int] = field(default_factory=dict)


@dataclass(frozen=True)
class End:
    name: str
    address: IPv4Address
    pod: Pod | None = None
    """None: no policy is about it, only about its address."""
