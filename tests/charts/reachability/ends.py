"""Whoever can be told apart: our pods, strangers that resemble them, and one address of each range.

A range is what lies between two borders that any policy or the table draws. Within one all addresses are alike, so
that one of each stands for the whole address space.
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv4Network

from tests.charts.reachability.table import OURS
from tools.connectivity.ends import End, Pod
from tools.connectivity.manifests import namespace_labels
from tools.connectivity.policy import Policy

NAME_LABEL = "app.kubernetes.io/name"
DNS_LABELS = {"k8s-app": "kube-dns"}
LAST_ADDRESS = IPv4Address("255.255.255.255")
FIRST_POD, FIRST_STRANGER = IPv4Address("10.0.16.11"), IPv4Address("10.0.32.11")

HOSTS = {
    "ALB": "10.0.1.10",
    "MySQL": "10.0.64.10",
    "VPC endpoint": "10.0.64.20",
    "Redis": "10.0.65.10",
    "OpenAI": "104.18.6.192",
    "Google": "142.250.80.10",
    "elsewhere": "203.0.113.10",
    "metadata": "169.254.169.254",
    "node": "10.0.16.5",
    "Kubernetes API": "172.20.0.1",
    "peered network": "10.20.0.10",
}


def pods(ours: Mapping[str, Pod]) -> list[End]:
    """Ours by their names, the strangers by their namespace and name."""
    return [*_placed(ours, FIRST_POD), *_placed(dict(_strangers(ours)), FIRST_STRANGER)]


def hosts() -> list[End]:
    return [End(name, IPv4Address(address)) for name, address in HOSTS.items()]


def one_of_each_range(policies: Iterable[Policy], networks: Iterable[IPv4Network]) -> list[End]:
    borders = {IPv4Address(0)}
    for network in (*_blocks(policies), *networks):
        borders.add(network.network_address)
        if network.broadcast_address != LAST_ADDRESS:
            borders.add(network.broadcast_address + 1)
    return [End(str(border), border) for border in sorted(borders)]


def _placed(found: Mapping[str, Pod], first: IPv4Address) -> list[End]:
    return [End(name, first + number, pod) for number, (name, pod) in enumerate(found.items())]


def _strangers(ours: Mapping[str, Pod]) -> Iterator[tuple[str, Pod]]:
    inside = next(iter(ours.values())).namespace_labels
    yield "kube-system/kube-dns", _pod("kube-system", DNS_LABELS)
    yield "kube-system/other", _pod("kube-system", {"k8s-app": "other"})
    yield "default/other", _pod("default", {NAME_LABEL: "other"})
    yield "default/kube-dns", _pod("default", DNS_LABELS)
    for name, pod in ours.items():
        yield f"default/{name}", _pod("default", pod.labels)
    yield f"{OURS}/unknown", Pod(OURS, {}, inside)
    yield f"{OURS}/kube-dns", Pod(OURS, DNS_LABELS, inside)


def _pod(namespace: str, labels: Mapping[str, str]) -> Pod:
    return Pod(namespace, labels, namespace_labels(namespace))


def _blocks(policies: Iterable[Policy]) -> Iterator[IPv4Network]:
    for policy in policies:
        for rule in (*policy.spec.ingress, *policy.spec.egress):
            for peer in rule.peers:
                if peer.ip_block is not None:
                    yield peer.ip_block.cidr
                    yield from peer.ip_block.except_
