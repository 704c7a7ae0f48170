"""Which arrows there are: whatever the templates say leads from one box to another."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tools.architecture.access import Access, Verb
from tools.architecture.cluster import Cluster
from tools.architecture.gutter import Net
from tools.architecture.layout import Key, Kind, Placed
from tools.architecture.management import Management
from tools.architecture.messaging import Messaging
from tools.architecture.model import Architecture
from tools.architecture.network import Network
from tools.architecture.routes import Arrow, straight, trunk
from tools.architecture.templates import Address

Drawn = Mapping[Key, Placed]
"""The places of the boxes by their keys."""
KINDS = {
    Verb.PUBLISH: Kind.MESSAGING,
    Verb.CONSUME: Kind.MESSAGING,
    Verb.READ_SECRET: Kind.SECURITY,
    Verb.READ_SETTINGS: Kind.MANAGEMENT,
    Verb.WRITE_LOGS: Kind.MANAGEMENT,
}
INTERNET, ALARMS, BUDGETS = "internet", "alarms", "budgets"


def endpoints_of(tier: str) -> str:
    """The key of the box of a tier's endpoints."""
    return f"endpoints of {tier}"


@dataclass(frozen=True)
class Grant:
    """What each of the roles may do with each of the targets."""

    verb: Verb
    roles: tuple[Address, ...]
    targets: tuple[Address, ...]

    def net(self, drawn: Drawn) -> Net:
        return Net(
            left=tuple(drawn[role] for role in self.roles),
            right=tuple(drawn[target] for target in self.targets),
            kind=KINDS[self.verb],
            is_leftward=self.verb is Verb.CONSUME,
        )


def grants(accesses: Iterable[Access], keys: Container[Key]) -> list[Grant]:
    """Between boxes that are drawn."""
    roles: dict[tuple[Verb, Address], list[Address]] = {}
    for access in accesses:
        if access.role in keys and access.target in keys:
            roles.setdefault((access.verb, access.target), []).append(access.role)
    targets: dict[tuple[Verb, tuple[Address, ...]], list[Address]] = {}
    for (verb, target), allowed in roles.items():
        targets.setdefault((verb, tuple(allowed)), []).append(target)
    return [Grant(verb, allowed, tuple(reached)) for (verb, allowed), reached in targets.items()]


def short_arrows(architecture: Architecture, drawn: Drawn) -> Iterator[Arrow]:
    """All that need no gutter."""
    yield from _ways_out(architecture.network, drawn)
    yield from _ways_in(architecture, drawn)
    yield from _requests(architecture.cluster, drawn)
    yield from _message_ways(architecture.messaging, drawn)
    yield from _notices(architecture.management, drawn)


def _ways_out(network: Network, drawn: Drawn) -> Iterator[Arrow]:
    yield from _between(drawn, network.internet_gateway, INTERNET, Kind.NETWORK)
    for tier in network.tiers:
        for way_out in dict.fromkeys(subnet.way_out for subnet in tier.subnets):
            yield from _between(drawn, tier.name, way_out, Kind.NETWORK)


def _ways_in(architecture: Architecture, drawn: Drawn) -> Iterator[Arrow]:
    """What the security groups let in."""
    guarded: list[tuple[Key, tuple[Address, ...]]] = [(store.address, store.groups) for store in architecture.stores]
    guarded += [
        (endpoints_of(tier.name), endpoint.groups)
        for tier in architecture.network.tiers
        for endpoint in architecture.network.endpoints
        if tier.holds(endpoint.subnets)
    ]
    ways = [(way.source, key) for way in architecture.ways for key, groups in guarded if way.group in groups]
    for source, key in dict.fromkeys(ways):
        yield from _between(drawn, source, key, Kind.DATA)


def _requests(cluster: Cluster, drawn: Drawn) -> Iterator[Arrow]:
    """Down through the load balancer to the pods behind it."""
    pods = {(workload.namespace, workload.name): drawn[workload.key] for workload in cluster.workloads}
    for balancer in cluster.load_balancers:
        behind = [pods[backend] for backend in balancer.backends if backend in pods]
        lines = [straight(drawn[balancer.key], each) for each in behind]
        if balancer.is_public:
            lines.append(straight(drawn[INTERNET], drawn[balancer.key], *behind))
        yield Arrow(tuple(lines), Kind.DATA)


def _message_ways(messaging: Messaging, drawn: Drawn) -> Iterator[Arrow]:
    for topic in messaging.topics:
        subscriptions = [each for each in messaging.subscriptions if each.topic == topic.address]
        if subscriptions:
            yield Arrow(tuple(trunk(drawn[each.topic], drawn[each.queue]) for each in subscriptions), Kind.MESSAGING)
        for undelivered in dict.fromkeys(each.undelivered for each in subscriptions):
            yield from _between(drawn, topic.address, undelivered, Kind.MESSAGING, is_dashed=True)
    for queue in messaging.queues:
        yield from _between(drawn, queue.address, queue.dead_letters, Kind.MESSAGING, is_dashed=True)


def _notices(management: Management, drawn: Drawn) -> Iterator[Arrow]:
    for key, notices in ((ALARMS, management.alarms), (BUDGETS, management.budgets)):
        for topic in dict.fromkeys(topic for notice in notices for topic in notice.topics):
            yield from _between(drawn, key, topic, Kind.MESSAGING)


def _between(
    drawn: Drawn, source: Key | None, target: Key | None, kind: Kind, *, is_dashed: bool = False
) -> Iterator[Arrow]:
    """Nothing where one of them is not in the picture."""
    if source is not None and target is not None and source in drawn and target in drawn:
        yield Arrow((straight(drawn[source], drawn[target]),), kind, is_dashed)
