"""The manifests of one environment, as they lie in its folder."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from config.environments import CLOUD_ENVIRONMENTS, CloudEnvironment

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Manifests:
    environment: CloudEnvironment
    by_file: dict[str, list[Manifest]]

    def all(self, kind: str) -> list[Manifest]:
        return [each for manifests in self.by_file.values() for each in manifests if each["kind"] == kind]

    def one(self, kind: str, name: str) -> Manifest:
        (found,) = [each for each in self.all(kind) if each["metadata"]["name"] == name]
        return found

    def pod(self, service: str) -> Manifest:
        """Its spec."""
        spec: Manifest = self.one("Deployment", service)["spec"]["template"]["spec"]
        return spec

    def container(self, service: str) -> Manifest:
        (container,) = self.pod(service)["containers"]
        found: Manifest = container
        return found


def mounted_secrets(pod: Manifest) -> list[str]:
    """The Kubernetes secrets whose values are files of the pod."""
    return [
        source["secret"]["name"]
        for volume in pod["volumes"]
        for source in volume.get("projected", {}).get("sources", [])
        if "secret" in source
    ]


def read(folder: Path) -> Manifests:
    return Manifests(
        environment=CLOUD_ENVIRONMENTS[folder.name],
        by_file={
            path.name.removesuffix(".k8s.yaml"): list(yaml.safe_load_all(path.read_text()))
            for path in sorted(folder.iterdir())
        },
    )
