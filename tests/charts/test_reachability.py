"""Row 23: the policies open what the table says and nothing else, for every pair of ends and every port."""

from tests.charts.manifests import Manifests
from tests.charts.reachability.clusters import cluster, cluster_with
from tests.charts.reachability.comparison import differences
from tests.charts.reachability.mutations import mutations
from tests.charts.reachability.table import SERVICES, Table


def differences_after(mutation: str, manifests: Manifests) -> set[str]:
    policies = dict(mutations(manifests.all("NetworkPolicy")))[mutation]
    return set(differences(cluster_with(policies, manifests), Table(manifests.environment.name)))


def test_the_policies_open_the_table_and_nothing_else(either: Manifests) -> None:
    assert set(cluster(either).pods) == set(SERVICES)
    assert list(differences(cluster(either), Table(either.environment.name))) == []


def test_without_the_default_a_pod_that_no_policy_knows_is_open(dev: Manifests) -> None:
    found = differences_after("default-deny: removed", dev)
    assert "llm-judge/unknown -> metadata may use ('all',), the table says ()" in found
    assert "default/other -> llm-judge/unknown may use ('all',), the table says ()" in found


def test_without_its_exception_a_way_to_the_internet_leads_to_the_node(dev: Manifests) -> None:
    found = differences_after("inference-service: egress 2 to 0 except 169.254.0.0/16 removed", dev)
    assert "inference-service -> metadata may use ('443',), the table says ()" in found


def test_without_their_namespace_the_dns_pods_may_be_anybodys(dev: Manifests) -> None:
    found = differences_after("gateway-service: egress 3 to 0 namespaceSelector: everybody", dev)
    assert "gateway-service -> default/kube-dns may use ('53', '53/udp'), the table says ()" in found


def test_a_way_that_only_its_far_end_closes_is_found(dev: Manifests) -> None:
    found = differences_after("gateway-service: egress 0 to 0 podSelector: everybody", dev)
    assert "gateway-service -> judge-service lets out ('8001',), the table says ()" in found
    assert not any("judge-service may use" in each for each in found)


def test_every_single_change_of_a_policy_is_found(either: Manifests) -> None:
    table = Table(either.environment.name)
    tried = dict(mutations(either.all("NetworkPolicy")))
    unnoticed = [
        words
        for words, policies in tried.items()
        if next(differences(cluster_with(policies, either), table), None) is None
    ]
    assert unnoticed == []
    assert len(tried) > 500
