"""What the synthesized files say that matters here: the pods of every workload, and the policies."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from config.complaint import complaint
from tools.connectivity.ends import Pod
from tools.connectivity.policy import Policy
from tools.connectivity.ports import Protocol

Manifest = Mapping[str, Any]
NAMESPACE_LABEL = "kubernetes.io/metadata.name"
"""Kubernetes sets it on every namespace."""
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet", "Job")


class UnreadableManifests(Exception):
    """The message says what to do."""


@dataclass(frozen=True)
class Cluster:
    pods: Mapping[str, Pod]
    """By the workload's name; all pods of one are alike."""
    policies: tuple[Policy, ...]


def read_cluster(folder: Path) -> Cluster:
    """Raises UnreadableManifests."""
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise UnreadableManifests(f"{folder} has no manifests: run `make charts` first")
    return cluster_of(manifest for path in paths for manifest in _read(path))


def cluster_of(manifests: Iterable[Manifest]) -> Cluster:
    """Raises UnreadableManifests."""
    listed = list(manifests)
    labels = {each["metadata"]["name"]: _labels(each["metadata"]) for each in listed if each["kind"] == "Namespace"}
    return Cluster(
        pods={each["metadata"]["name"]: _pod(each, labels) for each in listed if each["kind"] in WORKLOADS},
        policies=tuple(_policy(each) for each in listed if each["kind"] == "NetworkPolicy"),
    )


def namespace_labels(name: str, labels: Mapping[str, str] | None = None) -> dict[str, str]:
    return {**(labels or {}), NAMESPACE_LABEL: name}


def _read(path: Path) -> list[Manifest]:
    try:
        return [manifest for manifest in yaml.safe_load_all(path.read_text()) if manifest]
    except yaml.YAMLError as error:
        raise UnreadableManifests(f"{path} is no YAML: run `make charts` again") from error


def _pod(workload: Manifest, namespaces: Mapping[str, Mapping[str, str]]) -> Pod:
    namespace = workload["metadata"]["namespace"]
    template = workload["spec"]["template"]
    return Pod(
        namespace=namespace,
        labels=_labels(template["metadata"]),
        namespace_labels=namespace_labels(namespace, namespaces.get(namespace)),
        named_ports=dict(_named_ports(template["spec"])),
    )


def _named_ports(spec: Manifest) -> Iterator[tuple[tuple[Protocol, str], int]]:
    for container in spec["containers"]:
        for port in container.get("ports", []):
            if "name" in port:
                yield (Protocol(port.get("protocol", Protocol.TCP)), port["name"]), port["containerPort"]


def _policy(manifest: Manifest) -> Policy:
    metadata = manifest["metadata"]
    try:
        return Policy.model_validate(
            {"name": metadata["name"], "namespace": metadata["namespace"], "spec": manifest["spec"]}
        )
    except ValidationError as error:
        raise UnreadableManifests(f"network policy {metadata['name']}: {complaint(error)}") from error


def _labels(metadata: Manifest) -> dict[str, str]:
    return dict(metadata.get("labels") or {})
