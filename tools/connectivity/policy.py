"""The forms of a NetworkPolicy, and what each part of one matches.

A field that is not known here is refused: an evaluator that skips what it does not understand proves nothing. So is
what Kubernetes itself refuses.
"""

from collections.abc import Mapping
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator
from pydantic.alias_generators import to_camel

from config.base import Frozen
from tools.connectivity.ends import End, Pod
from tools.connectivity.ports import ALL, FIRST, LAST, NONE, Ports, Protocol, Span

PortNumber = Annotated[int, Field(ge=1, le=LAST)]


class Direction(StrEnum):
    INGRESS = "Ingress"
    EGRESS = "Egress"


class _Form(Frozen):
    model_config = ConfigDict(alias_generator=to_camel)


class Expression(_Form):
    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: tuple[str, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        match self.operator:
            case "In":
                return labels.get(self.key) in self.values
            case "NotIn":
                return labels.get(self.key) not in self.values
            case "Exists":
                return self.key in labels
            case "DoesNotExist":
                return self.key not in labels


class Selector(_Form):
    """Empty, it selects all."""

    match_labels: dict[str, str] = Field(default={})
    match_expressions: tuple[Expression, ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        return self.match_labels.items() <= labels.items() and all(
            expression.matches(labels) for expression in self.match_expressions
        )


class AddressBlock(_Form):
    cidr: IPv4Network
    except_: tuple[IPv4Network, ...] = Field(default=(), alias="except")

    @model_validator(mode="after")
    def _within(self) -> Self:
        if not all(hole != self.cidr and hole.subnet_of(self.cidr) for hole in self.except_):
            raise ValueError("what is excepted must be a part of the block")
        return self

    def matches(self, address: IPv4Address) -> bool:
        return address in self.cidr and not any(address in hole for hole in self.except_)


class Peer(_Form):
    pod_selector: Selector | None = None
    namespace_selector: Selector | None = None
    ip_block: AddressBlock | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        if (self.ip_block is None) == (self.pod_selector is None and self.namespace_selector is None):
            raise ValueError("a peer is either an ipBlock or pods")
        return self

    def matches(self, end: End, *, namespace: str) -> bool:
        """`namespace`: of the policy. A pod of the VPC has an address of it, so blocks match pods too."""
        if self.ip_block is not None:
            return self.ip_block.matches(end.address)
        return end.pod is not None and self._selects(end.pod, namespace)

    def _selects(self, pod: Pod, namespace: str) -> bool:
        if self.namespace_selector is None:
            is_there = pod.namespace == namespace
        else:
            is_there = self.namespace_selector.matches(pod.namespace_labels)
        return is_there and (self.pod_selector is None or self.pod_selector.matches(pod.labels))


class PortRange(_Form):
    protocol: Protocol = Protocol.TCP
    port: PortNumber | str | None = None
    end_port: PortNumber | None = None

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end_port is not None and not (isinstance(self.port, int) and self.port <= self.end_port):
            raise ValueError("endPort needs a port that is a number and not above it")
        return self

    def of(self, destination: End) -> Ports:
        """A name means what the destination's containers call so; what is no pod has no such names."""
        if isinstance(self.port, str):
            named = {} if destination.pod is None else destination.pod.named_ports
            number = named.get((self.protocol, self.port))
            return NONE if number is None else Ports.one(number, self.protocol)
        first = FIRST if self.port is None else self.port
        return Ports((Span(self.protocol, first, self.end_port or self.port or LAST),))


class Rule(_Form):
    """Without peers it is for everybody, without ports for every port."""

    peers: tuple[Peer, ...]
    ports: tuple[PortRange, ...] = ()

    def opens(self, peer: End, destination: End, *, namespace: str) -> Ports:
        if self.peers and not any(each.matches(peer, namespace=namespace) for each in self.peers):
            return NONE
        if not self.ports:
            return ALL
        return Ports.of(span for each in self.ports for span in each.of(destination).spans)


class IngressRule(Rule):
    peers: tuple[Peer, ...] = Field(default=(), alias="from")


class EgressRule(Rule):
    peers: tuple[Peer, ...] = Field(default=(), alias="to")


class Spec(_Form):
    pod_selector: Selector
    policy_types: tuple[Direction, ...] = ()
    ingress: tuple[IngressRule, ...] = ()
    egress: tuple[EgressRule, ...] = ()


class Policy(_Form):
    name: str
    namespace: str
    spec: Spec

    def governs(self, pod: Pod, direction: Direction) -> bool:
        return direction in self._directions and (
            pod.namespace == self.namespace and self.spec.pod_selector.matches(pod.labels)
        )

    def rules(self, direction: Direction) -> tuple[Rule, ...]:
        return self.spec.ingress if direction is Direction.INGRESS else self.spec.egress

    @property
    def _directions(self) -> tuple[Direction, ...]:
        """Unsaid, a policy is about what comes in, and about what goes out if it has a rule for that."""
        if self.spec.policy_types:
            return self.spec.policy_types
        return tuple(Direction) if self.spec.egress else (Direction.INGRESS,)
