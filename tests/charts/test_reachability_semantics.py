"""The evaluator itself: what Kubernetes says that a policy means."""

from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tools.connectivity.ends import End
from tools.connectivity.evaluate import allowed
from tools.connectivity.manifests import UnreadableManifests, cluster_of
from tools.connectivity.ports import ALL, NONE, Ports, Protocol, Span

WEB = {"role": "web", "tier": "front"}
TO_WEB = {"podSelector": {"matchLabels": {"role": "web"}}}


def workload(name: str, namespace: str, labels: dict[str, str]) -> dict[str, Any]:
    ports = [{"name": "http", "containerPort": 8080}, {"name": "dns", "containerPort": 53, "protocol": "UDP"}]
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"ports": ports}]}}
    return {
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {"template": template},
    }


def policy(namespace: str = "shop", **spec: Any) -> dict[str, Any]:
    return {"kind": "NetworkPolicy", "metadata": {"name": "tried", "namespace": namespace}, "spec": spec}


WORKLOADS = [
    {"kind": "Namespace", "metadata": {"name": "shop", "labels": {"team": "shop"}}},
    workload("web", "shop", WEB),
    workload("db", "shop", {"role": "db"}),
    workload("visitor", "street", {"role": "visitor"}),
    workload("copy", "street", WEB),
]
OUTSIDE = {"outside": IPv4Address("203.0.113.7"), "neighbour": IPv4Address("203.0.113.200")}


def reached(source: str, destination: str, *policies: dict[str, Any]) -> Ports:
    cluster = cluster_of([*WORKLOADS, *policies])
    ends = {
        name: End(name, IPv4Address("10.0.16.11") + number, pod)
        for number, (name, pod) in enumerate(cluster.pods.items())
    } | {name: End(name, address) for name, address in OUTSIDE.items()}
    return allowed(cluster.policies, ends[source], ends[destination])


def test_a_pod_that_no_policy_selects_is_open_both_ways() -> None:
    closed = policy(podSelector={"matchLabels": {"role": "db"}})
    assert reached("visitor", "web", closed) == reached("web", "outside", closed) == ALL


def test_a_policy_without_rules_closes_what_comes_in_and_leaves_what_goes_out() -> None:
    closed = policy(podSelector={})
    assert reached("web", "db", closed) == NONE
    assert reached("web", "visitor", closed) == ALL


def test_a_policy_with_a_way_out_closes_all_others_even_where_it_does_not_say_so() -> None:
    outward = policy(podSelector={}, egress=[{"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}])
    assert reached("web", "outside", outward) == ALL
    assert reached("web", "visitor", outward) == NONE
    assert reached("visitor", "web", outward) == NONE


def test_only_the_directions_that_a_policy_names_are_closed() -> None:
    egress_only = policy(podSelector={}, policyTypes=["Egress"])
    assert reached("visitor", "web", egress_only) == ALL
    assert reached("web", "visitor", egress_only) == NONE
    ignored = policy(podSelector={}, policyTypes=["Ingress"], ingress=[{}], egress=[{"to": [TO_WEB]}])
    assert reached("web", "outside", ignored) == ALL


def test_a_policy_is_about_the_pods_of_its_namespace_only() -> None:
    assert reached("visitor", "web", policy(namespace="street", podSelector={})) == ALL
    assert reached("web", "copy", policy(namespace="street", podSelector={})) == NONE


def test_policies_add_up() -> None:
    one = policy(podSelector={}, ingress=[{"ports": [{"port": 80}]}])
    other = policy(podSelector={}, ingress=[{"ports": [{"port": 443}]}, {"ports": [{"port": 53, "protocol": "UDP"}]}])
    assert reached("visitor", "web", one, other).words() == ("80", "443", "53/udp")


def test_a_connection_needs_both_its_ends() -> None:
    out = policy(podSelector={}, policyTypes=["Egress"], egress=[{"ports": [{"port": 80}, {"port": 81}]}])
    into = policy(podSelector={}, ingress=[{"ports": [{"port": 81}, {"port": 82}]}])
    assert reached("web", "db", out, into).words() == ("81",)


@pytest.mark.parametrize("rule", [{}, {"from": []}, {"ports": []}, {"from": [], "ports": []}])
def test_an_empty_rule_is_open_for_everybody_on_every_port(rule: dict[str, Any]) -> None:
    assert reached("outside", "web", policy(podSelector={}, ingress=[rule])) == ALL


@pytest.mark.parametrize(
    ("peer", "who"),
    [
        ({"podSelector": {}}, {"web", "db"}),
        ({"podSelector": {"matchLabels": WEB}}, {"web"}),
        ({"namespaceSelector": {}}, {"web", "db", "visitor", "copy"}),
        ({"namespaceSelector": {"matchLabels": {"team": "shop"}}}, {"web", "db"}),
        ({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "street"}}}, {"visitor", "copy"}),
        ({"namespaceSelector": {}, "podSelector": {"matchLabels": {"role": "web"}}}, {"web", "copy"}),
        ({"ipBlock": {"cidr": "203.0.113.0/24"}}, {"outside", "neighbour"}),
        ({"ipBlock": {"cidr": "203.0.113.0/24", "except": ["203.0.113.128/25"]}}, {"outside"}),
        # A pod has an address too.
        ({"ipBlock": {"cidr": "10.0.0.0/8"}}, {"web", "db", "visitor", "copy"}),
    ],
)
def test_a_peer_is_whom_its_selectors_or_its_block_match(peer: dict[str, Any], who: set[str]) -> None:
    tried = policy(podSelector={}, ingress=[{"from": [peer]}])
    assert {name for name in ("web", "db", "visitor", "copy", *OUTSIDE) if reached(name, "web", tried)} == who


def test_two_selectors_in_two_peers_are_either_and_in_one_peer_both() -> None:
    namespace, pods = {"namespaceSelector": {"matchLabels": {"team": "shop"}}}, {"podSelector": {"matchLabels": WEB}}
    either = policy(podSelector={}, ingress=[{"from": [namespace, pods]}])
    both = policy(podSelector={}, ingress=[{"from": [{**namespace, **pods}]}])
    assert (reached("db", "web", either), reached("db", "web", both)) == (ALL, NONE)


@pytest.mark.parametrize(
    ("expression", "is_selected"),
    [
        ({"key": "role", "operator": "In", "values": ["web", "db"]}, True),
        ({"key": "role", "operator": "In", "values": ["db"]}, False),
        ({"key": "colour", "operator": "In", "values": ["red"]}, False),
        ({"key": "role", "operator": "NotIn", "values": ["web"]}, False),
        ({"key": "colour", "operator": "NotIn", "values": ["red"]}, True),
        ({"key": "tier", "operator": "Exists"}, True),
        ({"key": "colour", "operator": "Exists"}, False),
        ({"key": "tier", "operator": "DoesNotExist"}, False),
        ({"key": "colour", "operator": "DoesNotExist"}, True),
    ],
)
def test_an_expression_selects_by_a_label_or_its_absence(expression: dict[str, Any], is_selected: bool) -> None:
    closed = policy(podSelector={"matchLabels": {"role": "web"}, "matchExpressions": [expression]})
    assert (reached("outside", "web", closed) == NONE) is is_selected


@pytest.mark.parametrize(
    ("port", "words"),
    [
        ({"port": 80}, ("80",)),
        ({"port": 80, "protocol": "UDP"}, ("80/udp",)),
        ({"port": 80, "endPort": 90}, ("80-90",)),
        ({"protocol": "SCTP"}, ("0-65535/sctp",)),
        ({"port": "http"}, ("8080",)),
        ({"port": "dns", "protocol": "UDP"}, ("53/udp",)),
        ({"port": "dns"}, ()),
        ({"port": "unheard-of"}, ()),
    ],
)
def test_a_port_is_a_number_a_range_or_what_the_destination_calls_so(
    port: dict[str, Any], words: tuple[str, ...]
) -> None:
    assert reached("visitor", "web", policy(podSelector={}, ingress=[{"ports": [port]}])).words() == words


def test_a_named_port_on_the_way_out_is_the_destinations_and_an_address_has_none() -> None:
    out = policy(podSelector={}, policyTypes=["Egress"], egress=[{"ports": [{"port": "http"}]}])
    assert reached("web", "visitor", out).words() == ("8080",)
    assert reached("web", "outside", out) == NONE


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"podSelector": {}, "priority": 1},
        {"podSelector": {}, "ingress": [{"to": []}]},
        {"podSelector": {}, "ingress": [{"from": [{}]}]},
        {"podSelector": {}, "ingress": [{"from": [{"podSelector": {}, "ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
        {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.1/8"}}]}]},
        {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["11.0.0.0/9"]}}]}]},
        {"podSelector": {}, "ingress": [{"ports": [{"port": "http", "endPort": 90}]}]},
        {"podSelector": {}, "ingress": [{"ports": [{"port": 90, "endPort": 80}]}]},
        {"podSelector": {}, "ingress": [{"ports": [{"port": 70_000}]}]},
        {"podSelector": {"matchExpressions": [{"key": "role", "operator": "Like"}]}},
    ],
)
def test_what_is_not_understood_is_refused_by_the_policys_name(spec: dict[str, Any]) -> None:
    with pytest.raises(UnreadableManifests, match="network policy tried: "):
        cluster_of([policy(**spec)])


SPANS = st.builds(
    lambda protocol, one, two: Span(protocol, min(one, two), max(one, two)),
    st.sampled_from(list(Protocol)),
    st.integers(0, 12),
    st.integers(0, 12),
)
SETS = st.lists(SPANS, max_size=5).map(Ports.of)


@given(SETS, SETS)
def test_sets_of_ports_are_sets(one: Ports, other: Ports) -> None:
    def members(ports: Ports) -> set[tuple[Protocol, int]]:
        return {(protocol, port) for protocol in Protocol for port in range(14) if (protocol, port) in ports}

    assert members(one | other) == members(one) | members(other)
    assert members(one & other) == members(one) & members(other)
    assert (one == other) is (members(one) == members(other))
    assert bool(one) is bool(members(one))
    assert (one & ALL, one | NONE) == (one, one)
