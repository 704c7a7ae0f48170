"""Where the policies and the table disagree, each direction by itself.

A connection needs both its ends, so one end alone could be open too far and nobody would notice. Held to the table by
itself, each is a complete defence.
"""

from collections.abc import Iterator, Sequence
from itertools import product

from tests.charts.reachability.ends import hosts, one_of_each_range, pods
from tests.charts.reachability.table import OURS, Table
from tools.connectivity.ends import End
from tools.connectivity.evaluate import allowed, let_in, let_out
from tools.connectivity.manifests import Cluster
from tools.connectivity.policy import Policy
from tools.connectivity.ports import ALL, Ports


def pairs(cluster: Cluster, table: Table) -> Iterator[tuple[End, End]]:
    """Ordered; what neither begins nor ends at a pod is no business of a policy. A pod and itself: two of its kind."""
    everybody = [*pods(cluster.pods), *hosts(), *one_of_each_range(cluster.policies, table.networks())]
    return ((one, other) for one, other in product(everybody, repeat=2) if one.pod or other.pod)


def differences(cluster: Cluster, table: Table) -> Iterator[str]:
    for source, destination in pairs(cluster, table):
        wanted = table.ports(source, destination)
        for words, found, expected in _sides(cluster.policies, source, destination, wanted):
            if found != expected:
                yield f"{source.name} -> {destination.name} {words} {found.words()}, the table says {expected.words()}"


def _sides(
    policies: Sequence[Policy], source: End, destination: End, wanted: Ports
) -> Iterator[tuple[str, Ports, Ports]]:
    yield "may use", allowed(policies, source, destination), wanted
    yield "lets out", let_out(policies, source, destination), wanted if _is_ours(source) else ALL
    yield "lets in", let_in(policies, source, destination), wanted if _is_ours(destination) else ALL


def _is_ours(end: End) -> bool:
    return end.pod is not None and end.pod.namespace == OURS
