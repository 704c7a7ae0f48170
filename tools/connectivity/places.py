"""Whom the report is about: every workload, what it works with, and who should reach nothing."""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

from config.network import Network
from config.topology import DNS_PORT, HTTPS_PORT, MYSQL_PORT, NAMESPACE, REDIS_PORT
from tools.connectivity.ends import End, Pod
from tools.connectivity.manifests import Cluster, namespace_labels
from tools.connectivity.ports import ALL, NONE, Ports, Protocol

INTERNET = "203.0.113.10"
"""Of a range that documents use; OpenAI and Google are addresses of the internet like any other."""
METADATA = "169.254.169.254"
KUBERNETES_API = "172.20.0.1"
"""Its Service, as pods reach it; EKS takes 10.100.0.1 where a VPC overlaps."""
FIRST_POD, FIRST_STRANGER = 100, 200
"""Places in their subnets, away from what is outside of the cluster."""


@dataclass(frozen=True)
class Place:
    end: End
    listens: Ports

    @property
    def name(self) -> str:
        return self.end.name


def places(cluster: Cluster, network: Network) -> list[Place]:
    return [*_workloads(cluster, network), *_other_pods(cluster, network), *_outside(network)]


def _workloads(cluster: Cluster, network: Network) -> list[Place]:
    by_port = sorted(cluster.pods.items(), key=lambda found: sorted(found[1].named_ports.values()))
    return [
        Place(End(name, _nth(network.app_cidrs[0], FIRST_POD + number), pod), _named(pod))
        for number, (name, pod) in enumerate(by_port)
    ]


def _other_pods(cluster: Cluster, network: Network) -> list[Place]:
    dns = Pod("kube-system", {"k8s-app": "kube-dns"}, namespace_labels("kube-system"))
    ours = {pod.namespace: pod.namespace_labels for pod in cluster.pods.values()}
    unknown = Pod(NAMESPACE, {}, ours.get(NAMESPACE, namespace_labels(NAMESPACE)))
    elsewhere = Pod("default", {}, namespace_labels("default"))
    found = {
        "kube-dns": (dns, Ports.one(DNS_PORT) | Ports.one(DNS_PORT, Protocol.UDP)),
        "unknown pod": (unknown, ALL),
        "pod elsewhere": (elsewhere, ALL),
    }
    return [
        Place(End(name, _nth(network.app_cidrs[0], FIRST_STRANGER + number), pod), listens)
        for number, (name, (pod, listens)) in enumerate(found.items())
    ]


def _outside(network: Network) -> list[Place]:
    found = {
        "load balancer": (_nth(network.public_cidrs[0], 10), Ports.one(HTTPS_PORT)),
        "MySQL": (_nth(network.data_cidrs[0], 10), Ports.one(MYSQL_PORT)),
        "Redis": (_nth(network.data_cidrs[1], 10), Ports.one(REDIS_PORT)),
        "AWS endpoints": (_nth(network.endpoint_cidrs[0], 20), Ports.one(HTTPS_PORT)),
        "internet": (IPv4Address(INTERNET), ALL),
        "node": (_nth(network.app_cidrs[0], 5), ALL),
        "metadata": (IPv4Address(METADATA), ALL),
        "Kubernetes API": (IPv4Address(KUBERNETES_API), Ports.one(HTTPS_PORT)),
    }
    return [Place(End(name, address), listens) for name, (address, listens) in found.items()]


def _named(pod: Pod) -> Ports:
    found = NONE
    for (protocol, _), port in pod.named_ports.items():
        found |= Ports.one(port, protocol)
    return found


def _nth(network: IPv4Network, number: int) -> IPv4Address:
    return network.network_address + number
