"""The cluster as boxes. What reaches something outside the VPC stands at the right, where its lines can leave."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from tools.architecture.access import Access
from tools.architecture.cluster import Cluster, Workload
from tools.architecture.layout import Box, Kind, across, down
from tools.architecture.manifests import Pods
from tools.architecture.names import Shorten, listed
from tools.architecture.node_groups import NodeGroup
from tools.architecture.templates import Address

Reach = Counter[Address | None]
"""How many resources each role may reach."""
MADE_OF_SHARE = 0.75
"""How wide the nodes are, for each unit of the namespace beside them."""
SERVICE = "-service"
"""How most names end: a caller is known without it."""


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
        title=f"Nodes: {short(group.name)}{', fallback' if group.is_fallback else ''}",
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
        lines=(
            listed([*chart, workload.role_name or "no role in AWS"]),
            *_pods(workload.pods),
            *_callers(workload.callers),
        ),
        kind=Kind.COMPUTE,
        key=workload.key,
        ports=reach[workload.role],
    )


def _pods(pods: Pods | None) -> Iterator[str]:
    if pods is None:
        return
    size = str(pods.largest or "no")
    if pods.smallest < pods.largest:
        size = f"{pods.smallest} to {size}"
    yield f"{size} {'pod' if size == '1' else 'pods'}{f', by {pods.scaled_by}' if pods.scaled_by else ''}"


def _callers(callers: tuple[str, ...] | None) -> Iterator[str]:
    if callers is not None:
        names = (caller.removesuffix(SERVICE) for caller in callers)
        yield f"from {listed(names) or 'no other pod'}"
