"""A cluster as the synthesized manifests describe it, or with other policies than theirs."""

from collections.abc import Sequence

from tests.charts.manifests import Manifest, Manifests
from tools.connectivity.manifests import Cluster, cluster_of


def cluster(manifests: Manifests) -> Cluster:
    return cluster_with(manifests.all("NetworkPolicy"), manifests)


def cluster_with(policies: Sequence[Manifest], manifests: Manifests) -> Cluster:
    return cluster_of([*manifests.all("Namespace"), *manifests.all("Deployment"), *policies])
