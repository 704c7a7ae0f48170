"""The cluster as boxes. What reaches something outside the VPC stands at the right, where its lines can leave."""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import zip_longest

from tools.architecture.access import Access
from tools.architecture.cluster import Cluster, NodeGroup, Workload
from tools.architecture.layout import Box, Kind, across, down
from tools.architecture.names import Shorten, listed
from tools.architecture.templates import Address

Reach = Counter[Address | None]
"""How many resources each role may reach."""
MADE_OF_SHARE = 0.75
"""How wide the nodes are, for each unit of the namespace beside them."""


def cluster_box(cluster: Cluster, accesses: tuple[Access, ...], short: Shorten) -> Box:
    reach: Reach = Counter(access.role for access in accesses)
    namespaces = _namespaces(cluster.workloads, reach)
    made_of = (
        *(_node_group(group, short) for group in cluster.node_groups),
        Box("Add-ons", cluster.add_ons, kind=Kind.COMPUTE),
    )
    return Box(
        title=f"EKS {short(cluster.name)}, Kubernetes {cluster.version}",
        lines=("Its API answers inside the VPC only.",) if cluster.is_private else (),
        kind=Kind.COMPUTE,
        key=cluster.address,
        children=(
            across(
                down(*made_of, share=MADE_OF_SHARE),
                *(_namespace([[each] for each in workloads], reach) for workloads in namespaces[:1]),
            ),
            *(_namespace(_rows(workloads, reach), reach) for workloads in namespaces[1:]),
        ),
    )


def _node_group(group: NodeGroup, short: Shorten) -> Box:
    capacity = group.capacity.replace("_", "-").lower()
    size = f"{group.smallest} to {group.largest} nodes, {capacity}"
    return Box(
        title=f"Nodes: {short(group.name)}",
        lines=(size, listed(group.instance_types), group.image, group.disk),
        kind=Kind.COMPUTE,
    )


def _namespaces(workloads: Iterable[Workload], reach: Reach) -> list[list[Workload]]:
    """Who reaches most comes first."""
    by_namespace: dict[str, list[Workload]] = {}
    for workload in workloads:
        by_namespace.setdefault(workload.namespace, []).append(workload)
    return sorted(by_namespace.values(), key=lambda found: -sum(reach[workload.role] for workload in found))


def _rows(workloads: Sequence[Workload], reach: Reach) -> list[list[Workload]]:
    """Two to a row, as long as nobody stands between another and the right side."""
    right = [workload for workload in workloads if reach[workload.role]]
    left = [workload for workload in workloads if not reach[workload.role]]
    while len(left) > len(right) + 1:
        right.append(left.pop())
    return [[each for each in row if each is not None] for row in zip_longest(left, right)]


def _namespace(rows: Sequence[Sequence[Workload]], reach: Reach) -> Box:
    return Box(
        title=f"Namespace {rows[0][0].namespace}",
        children=tuple(across(*(_workload(workload, reach) for workload in row)) for row in rows),
    )


def _workload(workload: Workload, reach: Reach) -> Box:
    chart = [f"chart {workload.chart_version}"] if workload.chart_version else []
    return Box(
        title=workload.name if workload.port is None else f"{workload.name} :{workload.port}",
        lines=(listed([*chart, workload.role_name or "no role in AWS"]),),
        kind=Kind.COMPUTE,
        key=workload.role,
        ports=reach[workload.role],
    )
