"""The VPC as boxes: the tiers, and in each what its subnets hold."""

from collections.abc import Iterable, Iterator, Sequence

from tools.architecture.arrows import endpoints_of
from tools.architecture.cluster_boxes import cluster_box
from tools.architecture.data import Store
from tools.architecture.layout import Box, Kind, across
from tools.architecture.load_balancers import LoadBalancer
from tools.architecture.model import Architecture
from tools.architecture.names import Shorten, listed
from tools.architecture.network import NatInstance, Network, Subnet, Tier, Way

PASSAGE_SHARE = 0.19
"""How wide it is, for each box at its left."""


def vpc_box(architecture: Architecture, short: Shorten) -> Box:
    network = architecture.network
    return Box(
        title=f"VPC {network.cidr}",
        kind=Kind.NETWORK,
        key=network.address,
        children=(_doors(architecture), *(_tier(architecture, tier, short) for tier in network.tiers)),
        gap=20,
    )


def _doors(architecture: Architecture) -> Box:
    is_passed = any(balancer.is_public for balancer in architecture.cluster.load_balancers)
    return _row(_gateways(architecture.network), is_passed=is_passed)


def _row(boxes: Iterable[Box], *, is_passed: bool) -> Box:
    """With room at the right for an arrow that passes to what is below."""
    beside = tuple(boxes)
    passage = Box(is_framed=False, share=PASSAGE_SHARE * len(beside))
    return across(*beside, *([passage] if is_passed else []))


def _gateways(network: Network) -> Iterator[Box]:
    """The internet gateway at the right, so that its arrow passes no title."""
    gateways = [endpoint.service for endpoint in network.endpoints if endpoint.is_gateway]
    if gateways:
        yield Box(f"Gateway endpoint: {listed(gateways)}", kind=Kind.NETWORK)
    if network.internet_gateway is not None:
        yield Box("Internet gateway", kind=Kind.NETWORK, key=network.internet_gateway)


def _tier(architecture: Architecture, tier: Tier, short: Shorten) -> Box:
    balancers = architecture.cluster.load_balancers
    here = [_load_balancer(each, short) for each in balancers if each.subnet_access == tier.access]
    apps = [*_apps(architecture, tier, short)]
    subnets = _row(
        (_subnet(subnet, architecture.network.nat_instances) for subnet in tier.subnets),
        is_passed=bool(here or (balancers and apps)),
    )
    # What is reached comes first, for it is reached from above.
    contents = (*here, *_reached(architecture, tier, short), subnets, *apps)
    return Box(_tier_title(tier), kind=Kind.NETWORK, key=tier.name, children=contents, gap=16)


def _tier_title(tier: Tier) -> str:
    return f"{tier.name} subnets" if tier.access == tier.name else f"{tier.access} {tier.name.lower()} subnets"


def _subnet(subnet: Subnet, nat_instances: Sequence[NatInstance]) -> Box:
    return Box(
        title=subnet.zone,
        lines=(subnet.cidr,),
        key=subnet.address,
        children=tuple(
            Box("NAT instance", (nat.instance_type, nat.image), kind=Kind.NETWORK, key=nat.address)
            for nat in nat_instances
            if nat.subnet == subnet.address
        ),
    )


def _reached(architecture: Architecture, tier: Tier, short: Shorten) -> Iterator[Box]:
    stores = [_store(store, architecture.ways, short) for store in architecture.stores if tier.holds(store.subnets)]
    endpoints = [*_endpoints(architecture, tier)]
    if stores:
        yield _row(stores, is_passed=bool(endpoints))
    yield from endpoints


def _load_balancer(balancer: LoadBalancer, short: Shorten) -> Box:
    entrance = f"{balancer.scheme}, {listed(balancer.listeners)} from {balancer.lets_in}"
    return Box(
        title=f"Load balancer {short(balancer.name)}",
        lines=(entrance, listed([*balancer.hosts, balancer.tls_policy])),
        kind=Kind.NETWORK,
        key=balancer.key,
    )


def _store(store: Store, ways: Sequence[Way], short: Shorten) -> Box:
    ports = [f"{way.protocol} {way.port}" for way in ways if way.group in store.groups]
    lets_in = f"lets in {listed(ports)}" if ports else ""
    return Box(
        title=short(store.name),
        lines=(store.engine, store.size, store.at_rest, store.entrance, lets_in),
        kind=Kind.DATA,
        key=store.address,
    )


def _endpoints(architecture: Architecture, tier: Tier) -> Iterator[Box]:
    endpoints = [endpoint for endpoint in architecture.network.endpoints if tier.holds(endpoint.subnets)]
    if endpoints:
        used = {address for endpoint in endpoints for address in endpoint.subnets}
        zones = [subnet.zone for subnet in tier.subnets if subnet.address in used]
        yield Box(
            title=f"Interface endpoints in {listed(zones)}",
            lines=(listed(endpoint.service for endpoint in endpoints),),
            kind=Kind.NETWORK,
            key=endpoints_of(tier.name),
        )


def _apps(architecture: Architecture, tier: Tier, short: Shorten) -> Iterator[Box]:
    if tier.holds(architecture.cluster.subnets):
        yield cluster_box(architecture.cluster, architecture.accesses, short)
