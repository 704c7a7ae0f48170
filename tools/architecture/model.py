"""The architecture of one environment, read from its templates."""

from dataclasses import dataclass

from tools.architecture.access import Access, read_accesses
from tools.architecture.cluster import Cluster, read_cluster
from tools.architecture.data import Store, read_stores
from tools.architecture.document import provider_hosts
from tools.architecture.management import Management, read_management
from tools.architecture.messaging import Messaging, read_messaging
from tools.architecture.network import Network, Way, read_network, read_ways
from tools.architecture.templates import Templates


@dataclass(frozen=True)
class Architecture:
    network: Network
    provider_hosts: tuple[str, ...]
    cluster: Cluster
    stores: tuple[Store, ...]
    messaging: Messaging
    management: Management
    accesses: tuple[Access, ...]
    ways: tuple[Way, ...]


def read_architecture(templates: Templates) -> Architecture:
    """Raises UnreadableTemplates."""
    return Architecture(
        network=read_network(templates),
        provider_hosts=provider_hosts(templates),
        cluster=read_cluster(templates),
        stores=read_stores(templates),
        messaging=read_messaging(templates),
        management=read_management(templates),
        accesses=read_accesses(templates),
        ways=read_ways(templates),
    )
