"""The network policy matrix as the diagram has it, and where we knowingly differ. Typed here, derived from nothing."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from tools.connectivity.ends import End
from tools.connectivity.ports import ALL, NONE, Ports, Protocol

SERVICES = (
    "gateway-service",
    "redis-service",
    "persistence-service",
    "inference-service",
    "judge-service",
    "ai-model-service",
)
ALL_PODS = "All Pods"
OURS = "llm-judge"


@dataclass(frozen=True)
class Row:
    source: str
    destination: str
    port: int
    protocol: Protocol = Protocol.TCP


DIAGRAM = (
    Row("ALB", "gateway-service", 8000),
    Row("gateway-service", "redis-service", 8001),
    Row("gateway-service", "SNS (VPC Endpoint)", 443),
    Row("inference-service", "redis-service", 8001),
    Row("inference-service", "SQS (VPC Endpoint)", 443),
    Row("inference-service", "SNS (VPC Endpoint)", 443),
    Row("inference-service", "OpenAI API", 443),
    Row("judge-service", "redis-service", 8001),
    Row("judge-service", "persistence-service", 8002),
    Row("judge-service", "SQS (VPC Endpoint)", 443),
    Row("judge-service", "Google API", 443),
    Row("redis-service", "ElastiCache", 6379),
    Row("persistence-service", "RDS MySQL", 3306),
    Row(ALL_PODS, "DNS (CoreDNS)", 53, Protocol.UDP),
    Row(ALL_PODS, "AWS Services", 443),
)
ADDED = (
    # Results older than 7 days must stay readable.
    Row("gateway-service", "persistence-service", 8002),
    # A self-hosted model, which the diagram has in ECR only.
    Row("inference-service", "ai-model-service", 8005),
    Row("judge-service", "ai-model-service", 8005),
    # A judge of another family than the candidate's, and a decision endpoint.
    Row("judge-service", "OpenAI API", 443),
    # Large answers come by TCP.
    Row(ALL_PODS, "DNS (CoreDNS)", 53),
)
LEFT_OUT = (
    # It reads no settings and holds no role.
    Row("ai-model-service", "AWS Services", 443),
)


def _each(row: Row) -> Iterator[Row]:
    for source in SERVICES if row.source == ALL_PODS else (row.source,):
        yield Row(source, row.destination, row.port, row.protocol)


ROWS = frozenset(each for row in (*DIAGRAM, *ADDED) for each in _each(row)) - frozenset(LEFT_OUT)


def _networks(*texts: str) -> tuple[IPv4Network, ...]:
    return tuple(IPv4Network(text) for text in texts)


PUBLIC = _networks("10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24")
DATA = _networks("10.0.64.0/24", "10.0.65.0/24", "10.0.66.0/24")
ENDPOINTS = {"dev": DATA[:1], "prod": DATA}
"""Development pays for endpoints in one zone."""
NOT_THE_INTERNET = _networks("10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
"""The VPC and its neighbours, the metadata address, and what Services are given, the Kubernetes API among them."""
INTERNET = ("OpenAI API", "Google API")
"""A policy knows addresses, no names: both are the whole internet."""


@dataclass(frozen=True)
class Table:
    environment: str

    def ports(self, source: End, destination: End) -> Ports:
        """What the table opens between two ends; between two that are not ours it has no say."""
        if not (_is_ours(source) or _is_ours(destination)):
            return ALL
        found = NONE
        for row in ROWS:
            if self._is(row.source, source) and self._is(row.destination, destination):
                found |= Ports.one(row.port, row.protocol)
        return found

    def networks(self) -> tuple[IPv4Network, ...]:
        """All whose borders matter."""
        return (*PUBLIC, *DATA, *NOT_THE_INTERNET)

    def _is(self, word: str, end: End) -> bool:
        if word in SERVICES:
            return _is_ours(end) and end.name == word
        if word == "DNS (CoreDNS)":
            return end.name == "kube-system/kube-dns"
        if end.pod is not None:
            return False
        if word in INTERNET:
            return not any(end.address in network for network in NOT_THE_INTERNET)
        return any(end.address in network for network in self._where(word))

    def _where(self, word: str) -> tuple[IPv4Network, ...]:
        places = {"ALB": PUBLIC, "ElastiCache": DATA, "RDS MySQL": DATA}
        return places[word] if word in places else ENDPOINTS[self.environment]


def _is_ours(end: End) -> bool:
    return end.pod is not None and end.pod.namespace == OURS
