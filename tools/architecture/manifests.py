"""The Kubernetes manifests that the templates apply: how many pods a workload has, and which pods may call them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from tools.architecture.names import listed
from tools.architecture.templates import Part, Templates

NAME_LABEL = "app.kubernetes.io/name"
OTHERS = "others"
"""More than the pods of one name."""
SCALED_BY = {"cpu": "CPU", "aws-sqs-queue": "backlog"}

Spot = tuple[str, str]
"""A namespace, and a name in it."""


@dataclass(frozen=True)
class Pods:
    smallest: int
    largest: int
    scaled_by: str = ""


def manifests(templates: Templates, kind: str) -> list[Part]:
    return [
        Part(templates, found.address.stack, manifest)
        for found in templates.of_type("Custom::AWSCDK-EKS-KubernetesResource")
        for manifest in json.loads(found.properties.text("Manifest"))
        if manifest["kind"] == kind
    ]


def read_pods(templates: Templates) -> dict[Spot, Pods]:
    """What scales a Deployment knows better than the Deployment."""
    return {**_deployed(templates), **_scaled_by_metrics(templates), **_scaled_by_triggers(templates)}


def _deployed(templates: Templates) -> dict[Spot, Pods]:
    return {
        (_namespace(found), found.text("metadata", "name")): Pods(replicas, replicas)
        for found in manifests(templates, "Deployment")
        for replicas in [int(found.text("spec", "replicas") or 1)]
    }


def _scaled_by_metrics(templates: Templates) -> dict[Spot, Pods]:
    return {
        _scaled(found): Pods(
            smallest=int(found.text("spec", "minReplicas") or 1),
            largest=found.number("spec", "maxReplicas"),
            scaled_by=_causes(metric.text("resource", "name") for metric in found.each("spec", "metrics")),
        )
        for found in manifests(templates, "HorizontalPodAutoscaler")
    }


def _scaled_by_triggers(templates: Templates) -> dict[Spot, Pods]:
    return {
        _scaled(found): Pods(
            smallest=found.number("spec", "minReplicaCount"),
            largest=found.number("spec", "maxReplicaCount"),
            scaled_by=_causes(trigger.text("type") for trigger in found.each("spec", "triggers")),
        )
        for found in manifests(templates, "ScaledObject")
    }


def _scaled(scaler: Part) -> Spot:
    return _namespace(scaler), scaler.text("spec", "scaleTargetRef", "name")


def _causes(names: Iterator[str]) -> str:
    return listed(SCALED_BY.get(name, name) for name in names)


def pod_callers(templates: Templates, spot: Spot) -> tuple[str, ...] | None:
    """None where no network policy keeps anybody away."""
    policies = [found for found in manifests(templates, "NetworkPolicy") if _guards(found, spot)]
    return tuple(dict.fromkeys(caller for policy in policies for caller in _callers(policy))) if policies else None


def _guards(policy: Part, spot: Spot) -> bool:
    """Without a name it is for all pods of its namespace."""
    namespace, name = spot
    selected = policy.text("spec", "podSelector", "matchLabels", NAME_LABEL) or name
    directions = [each.text() for each in policy.each("spec", "policyTypes")]
    return (_namespace(policy), selected) == (namespace, name) and "Ingress" in directions


def _callers(policy: Part) -> Iterator[str]:
    for rule in policy.each("spec", "ingress"):
        for peer in rule.each("from") or [rule]:
            if peer.at("ipBlock").value is None:
                yield peer.text("podSelector", "matchLabels", NAME_LABEL) or OTHERS


def _namespace(manifest: Part) -> str:
    return manifest.text("metadata", "namespace")
