"""The load balancers that a controller in the cluster makes, as the ingresses ask for them."""

import json
from dataclasses import dataclass

from tools.architecture.manifests import Spot, manifests
from tools.architecture.names import listed
from tools.architecture.network import ANYWHERE
from tools.architecture.templates import Part, Templates

INTERNET_FACING = "internet-facing"


@dataclass(frozen=True)
class LoadBalancer:
    name: str
    scheme: str
    listeners: tuple[str, ...]
    lets_in: str
    tls_policy: str
    hosts: tuple[str, ...]
    backends: tuple[Spot, ...]

    @property
    def key(self) -> str:
        """Of its box."""
        return f"load balancer {self.name}"

    @property
    def is_public(self) -> bool:
        return self.scheme == INTERNET_FACING

    @property
    def subnet_access(self) -> str:
        """Of the subnets that it stands in: CDK tags them for the controller."""
        return "Public" if self.is_public else "Private"


def read_load_balancers(templates: Templates) -> tuple[LoadBalancer, ...]:
    return tuple(
        _load_balancer(found)
        for found in manifests(templates, "Ingress")
        if found.text("spec", "ingressClassName") == "alb"
    )


def _load_balancer(ingress: Part) -> LoadBalancer:
    rules = ingress.each("spec", "rules")
    namespace = ingress.text("metadata", "namespace")
    return LoadBalancer(
        name=_asked(ingress, "load-balancer-name") or ingress.text("metadata", "name"),
        scheme=_asked(ingress, "scheme") or "internal",
        listeners=tuple(
            f"{protocol} {port}"
            for listener in json.loads(_asked(ingress, "listen-ports") or "[]")
            for protocol, port in listener.items()
        ),
        lets_in=listed((_asked(ingress, "inbound-cidrs") or ANYWHERE).split(",")),
        tls_policy=_asked(ingress, "ssl-policy"),
        hosts=tuple(rule.text("host") for rule in rules),
        backends=tuple(
            dict.fromkeys(
                (namespace, path.text("backend", "service", "name"))
                for rule in rules
                for path in rule.each("http", "paths")
            )
        ),
    )


def _asked(ingress: Part, setting: str) -> str:
    return ingress.text("metadata", "annotations", f"alb.ingress.kubernetes.io/{setting}")
