"""An object of a kind that Kubernetes learns from an add-on: cdk8s knows no types for it."""

from collections.abc import Mapping
from typing import Any

import cdk8s
from constructs import Construct


def add_custom_object(scope: Construct, *, api_version: str, kind: str, name: str, spec: Mapping[str, Any]) -> None:
    made = cdk8s.ApiObject(
        scope, f"{kind}-{name}", api_version=api_version, kind=kind, metadata=cdk8s.ApiObjectMetadata(name=name)
    )
    made.add_json_patch(cdk8s.JsonPatch.add("/spec", dict(spec)))
